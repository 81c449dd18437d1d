"""The emails we write and how they are delivered."""
