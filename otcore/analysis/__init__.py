"""Error analysis: every link judged by written rules (`classes.RULES`), systems compared link by link."""
