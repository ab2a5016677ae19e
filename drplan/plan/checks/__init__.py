"""What is verified before a plan is made (R1 to R41), and what is left for the moment of applying.

Only four checks block (design decision 18): wrong or same Engine, split brain, no Up host, and a
domain id that is not the expected one. The others warn.
"""
