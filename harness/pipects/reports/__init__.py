"""What people and machines read: every report is made from one results document, and none decides a verdict again."""
