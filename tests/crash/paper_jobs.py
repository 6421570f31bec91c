"""A cloud of paper in the process of the worker, which does at once what it is asked (紙のクラウド).

Named by ``HASHIRA_JOB_MODULES`` of tests.crash.settings; no part of the product. It forgets with the process.
"""

from __future__ import annotations

from tests.cloud.vending.paper_cloud import PaperCloud, PaperEngine

from hashira.cloud.adapters.engines import registry

CLOUD = PaperCloud()
registry.register("paper", lambda: PaperEngine(CLOUD))
