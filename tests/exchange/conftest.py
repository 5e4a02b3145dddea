"""Put this folder on the import path, so that the tests below share its sample, difficult and random happenings."""
