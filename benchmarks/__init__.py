"""Speed and size of the networks and readers, each against a limit measured in the same run.

python -m benchmarks            # everything, on the CPU: some minutes
python -m benchmarks --quick    # seconds; shows that it works, its numbers mean little
"""
