"""From a plan or a similarity to word links, and from links to precision, recall, F1 and AER."""
