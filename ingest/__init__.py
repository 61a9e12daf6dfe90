"""From a message of a device to committed rows: decode, place, convert, judge, batch, store, acknowledge."""
