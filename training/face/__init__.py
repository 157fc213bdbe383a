"""Trains the face decoder: expression net, face-or-not net, calibration and card."""
