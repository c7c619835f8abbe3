"""The staff's accounts: who may do what, how they sign in, and what they are told when something is refused."""
