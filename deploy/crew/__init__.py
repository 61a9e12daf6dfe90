"""The demo's task force: simulated people who handle its alerts through the API, as real ones would."""
