"""What may be shown where and when: pure functions over grants."""
