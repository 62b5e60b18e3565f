"""The credentials that the practice Halo always accepts; they open nothing else."""

PRACTICE_CLIENT_ID = "0b6b2d0e-8c7e-4b1d-9a35-2f6c1f0a7a11"
PRACTICE_CLIENT_SECRET = "5d0a4c1e-71b2-4f0e-8a55-3d9f1c2b7e60-9e1c8a34-5b0d-4a77-b1f2-06c4d8e93a15"
