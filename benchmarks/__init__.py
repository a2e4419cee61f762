"""Accuracy, speed, memory and survival of the parser against its peers: ``python -m benchmarks``.

The real and made-up documents are found through ``YUSUAN_SHARED``. Speed is printed as ratios to other
readers measured in the same run, because seconds differ from machine to machine and ratios hardly do.
"""
