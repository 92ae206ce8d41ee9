#!/usr/bin/env python3
"""Runs `pith compute -` or `pith verify -` over lines under Spark's pipe. README.md tells how."""

import argparse
import os
import shlex

from pyspark import SparkConf, SparkContext

PITH = os.environ.get("PITH", "pith")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("verb", choices=["compute", "verify"])
    arguments.add_argument("lines", help="a file of JSON lines, or a folder of such")
    arguments.add_argument("out", help="a folder that is not there yet")
    arguments.add_argument("--master", default="local[*]")
    arguments.add_argument("--partitions", type=int, default=16)
    options, more = arguments.parse_known_args()
    configuration = SparkConf().setMaster(options.master).setAppName(f"pith {options.verb}")
    configuration.set("spark.ui.enabled", "false")
    with SparkContext(conf=configuration) as spark:
        spark.setLogLevel("WARN")
        command = shlex.join([PITH, options.verb, "-", "--format", "number", *more])
        lines = spark.textFile(options.lines, options.partitions)
        lines.pipe(command).saveAsTextFile(options.out)


if __name__ == "__main__":
    main()
