"""Why deals were lost: briefed once a month, and what is proposed about it."""
