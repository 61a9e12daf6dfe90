"""Who somebody is: accounts, sessions, keys, single sign-on."""
