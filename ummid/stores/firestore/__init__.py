"""The rights graph on Firestore: one document per version of an edge."""
