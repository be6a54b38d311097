-- How official values were revised: each published value beside the one it replaced; without --industry the total
-- vi: Số liệu chính thức đã được điều chỉnh thế nào: mỗi giá trị công bố bên cạnh giá trị mà nó thay thế; không có --industry thì lấy toàn bộ
-- arg indicator: id of the catalog
-- example: nhip trends revisions iip --from 2022-01-01 --to 2023-12-31
--
-- Only sources of official statistics revise; the numbers of two newspapers are no revision of each other. A difference
-- within half of the last printed decimal is rounding: the same number with more or fewer digits.
WITH v AS (
  SELECT o.*, coalesce(value_full, value_float) AS number,
    lagInFrame(toNullable(coalesce(value_full, value_float))) OVER w AS before,
    lagInFrame(kind) OVER w AS kind_before, lagInFrame(known_at) OVER w AS known_before, lagInFrame(decimals) OVER w AS decimals_before,
    row_number() OVER w AS n
  FROM v_observation_vintages AS o
  WHERE indicator = {indicator:String} AND period_start IS NOT NULL AND value IS NOT NULL AND kind IN ('actual', 'estimate')
    AND source IN (SELECT source FROM v_sources WHERE kind = 'statistics')
    AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
    AND if({industry:String} = '', empty(industry) AND position(path, ' > ') = 0 AND (empty(path) OR path ILIKE 'toàn ngành%' OR path ILIKE 'tổng%'),
           industry = {industry:String} OR industry_name = {industry:String} OR path = {industry:String})
    AND period_start >= {from:Date32} AND period_end <= {to:Date32}
  WINDOW w AS (PARTITION BY series_id, period_start, period_end ORDER BY known_at, doc_id, content_version, ordinal
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT
  period, source, measure, compare, accumulation, unit, toDate(known_before) AS first_known, round(before, 4) AS first,
  toDate(known_at) AS then_known, round(number, 4) AS then, round(number - before, 4) AS revision,
  if(abs(number - before) <= 0.5 * pow(10, -toFloat64(least(decimals, decimals_before))), 'rounding', 'revision') AS class,
  concat(kind_before, ' → ', kind) AS kinds, if(empty(path), label, path) AS series
FROM v
WHERE n > 1
ORDER BY source, series, measure, compare, accumulation, unit, period_start, period_end, then_known
LIMIT {limit:UInt32}
