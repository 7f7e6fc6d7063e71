"""Sentences, pairs and gold links: what they are, and the field's file formats."""
