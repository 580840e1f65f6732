"""A tiny order book used in the examples."""
from __future__ import annotations

import heapq
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Iterable, Iterator, Optional

logger = logging.getLogger(__name__)


@dataclass(order=True)
class Order:
    priority: int
    created_at: datetime = field(compare=False)
    customer_id: str = field(compare=False)
    items: dict[str, int] = field(default_factory=dict, compare=False)
    shipped: bool = field(default=False, compare=False)

    @property
    def quantity(self) -> int:
        return sum(self.items.values())

    def is_late(self, now: datetime, grace: timedelta = timedelta(hours=36)) -> bool:
        return not self.shipped and now - self.created_at > grace


class OrderBook:
    def __init__(self, max_open: int = 1_000) -> None:
        self._heap: list[Order] = []
        self._by_customer: defaultdict[str, list[Order]] = defaultdict(list)
        self.max_open = max_open

    def add(self, order: Order) -> None:
        if len(self._heap) >= self.max_open:
            raise OverflowError(f"order book is full ({self.max_open} open orders)")
        heapq.heappush(self._heap, order)
        self._by_customer[order.customer_id].append(order)
        logger.debug("added order for %s: %d items", order.customer_id, order.quantity)

    def next(self) -> Optional[Order]:
        while self._heap:
            order = heapq.heappop(self._heap)
            if not order.shipped:
                return order
        return None

    def late(self, now: datetime) -> Iterator[Order]:
        yield from (o for o in sorted(self._heap) if o.is_late(now))

    def totals(self, customers: Iterable[str]) -> dict[str, int]:
        return {c: sum(o.quantity for o in self._by_customer.get(c, [])) for c in customers}


if __name__ == "__main__":
    book = OrderBook(max_open=3)
    start = datetime(2026, 1, 31, 12, 0)
    for i, name in enumerate(["ada", "grace", "edsger"]):
        book.add(Order(priority=i % 2, created_at=start - timedelta(hours=20 * i), customer_id=name, items={"widget": i + 1}))
    print([o.customer_id for o in book.late(start)], book.totals(["ada", "nobody"]))
