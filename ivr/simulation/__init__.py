"""The policy lab: the production callback engine under a simulated clock, carrier and public, for a day in seconds."""
