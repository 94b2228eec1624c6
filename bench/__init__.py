"""Measurements that the documents quote: how fast the intent core is, how right its surges are."""
