"""Items with their vectors and restricts, and for which embedder they are."""

from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    config = op.get_context().config
    assert config is not None
    dimensions = int(config.attributes["dimensions"])
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute(
        """
        CREATE TABLE ummid_vectors_of (
          id uuid NOT NULL DEFAULT gen_random_uuid(),
          embedder text NOT NULL,
          dimensions integer NOT NULL
        )
        """
    )
    marker = text("INSERT INTO ummid_vectors_of (embedder, dimensions) VALUES (:embedder, :size)")
    op.execute(marker.bindparams(embedder=config.attributes["embedder"], size=dimensions))
    # A row whose vector is NULL is one that was removed, with the version of its removal.
    op.execute(
        f"""
        CREATE TABLE ummid_vectors (
          id text COLLATE "C" PRIMARY KEY,
          version bigint NOT NULL,
          vector vector({dimensions}),
          crowd text NOT NULL,
          tokens text[] NOT NULL,
          numbers jsonb NOT NULL,
          window_tokens text[] NOT NULL,
          starts bigint[] NOT NULL,
          ends bigint[] NOT NULL
        )
        """
    )
    # 16 bits a number: half the memory, and up to 4,000 dimensions in place of 2,000.
    op.execute(
        f"""
        CREATE INDEX ummid_vectors_near ON ummid_vectors
        USING hnsw ((vector::halfvec({dimensions})) halfvec_ip_ops)
        """
    )
    op.execute("CREATE INDEX ummid_vectors_tokens ON ummid_vectors USING gin (tokens)")
    op.execute("CREATE INDEX ummid_vectors_windows ON ummid_vectors USING gin (window_tokens)")
