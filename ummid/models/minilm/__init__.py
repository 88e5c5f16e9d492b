"""The offline default embedder: all-MiniLM-L6-v2 (Apache-2.0) in int8, run by ONNX Runtime."""

from ummid.models.minilm.embedder import MiniLM

__all__ = ["MiniLM"]
