"""The Compare page's Transfer tab: tasks learnt in English, or not learnt at all, and measured in other languages."""
