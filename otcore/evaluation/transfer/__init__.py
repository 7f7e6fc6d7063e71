"""Zero-shot transfer: tasks that are learnt in English, or not learnt at all, and measured in other languages."""
