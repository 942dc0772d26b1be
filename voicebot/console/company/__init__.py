"""The company room: all that the company says and does on the phone, looked at, changed, and changed back."""
