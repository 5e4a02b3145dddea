"""How a log is proved: checkpoints, signatures, time stamps and OpenTimestamps. The trees and notes are in `merkle`."""
