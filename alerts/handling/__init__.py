"""How far people are with an alert: one state machine for the desk, the field, the enterprise and the detector."""
