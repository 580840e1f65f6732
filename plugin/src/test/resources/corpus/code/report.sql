-- Monthly revenue by region, with the share of returning customers.
CREATE TABLE IF NOT EXISTS orders (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  BIGINT      NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    region       VARCHAR(32) NOT NULL,
    total_cents  INTEGER     NOT NULL CHECK (total_cents >= 0),
    placed_at    TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS orders_region_placed_idx ON orders (region, placed_at DESC);

WITH firsts AS (
    SELECT customer_id, min(placed_at) AS first_at
    FROM orders
    GROUP BY customer_id
), monthly AS (
    SELECT date_trunc('month', o.placed_at)                       AS month,
           o.region,
           count(*)                                               AS orders,
           sum(o.total_cents) / 100.0                             AS revenue,
           count(DISTINCT o.customer_id)                          AS customers,
           count(DISTINCT o.customer_id) FILTER (WHERE f.first_at < date_trunc('month', o.placed_at)) AS returning
    FROM orders o
    JOIN firsts f USING (customer_id)
    WHERE o.placed_at >= DATE '2025-01-01'
    GROUP BY 1, 2
)
SELECT month, region, orders, round(revenue, 2) AS revenue,
       round(100.0 * returning / NULLIF(customers, 0), 1)          AS returning_pct,
       revenue - lag(revenue) OVER (PARTITION BY region ORDER BY month) AS change,
       rank() OVER (PARTITION BY month ORDER BY revenue DESC)      AS position
FROM monthly
ORDER BY month DESC, position
LIMIT 100;
