-- Every value that was ever published of an indicator and period, in the order of publication; without --industry the total
-- vi: Mọi giá trị từng được công bố của một chỉ tiêu và kỳ, theo thứ tự công bố; không có --industry thì lấy toàn bộ
-- arg indicator: id of the catalog
-- example: nhip trends vintages iip --from 2023-01-01 --to 2023-01-31
--
-- Without --place the whole country; without --industry the row of the total, which is the one that has no ITEM. --industry
-- takes an id or name of the catalog or the words of a table's row.
-- A number that an edit of its document left as it was is no new vintage.
SELECT
  period, source, place, measure, compare, accumulation, unit, toDate(known_at) AS known, value, value_full, kind, status,
  if(empty(path), label, path) AS series, indicator_name, url
FROM (
  SELECT *, tuple(content_version - 1, ifNull(toString(value), ''), kind, status, base_period) =
    lagInFrame(tuple(content_version, ifNull(toString(value), ''), kind, status, base_period)) OVER (
      PARTITION BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id
      ORDER BY content_version, position(flags, 'hidden') > 0, ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS same
  FROM v_observation_vintages
  WHERE indicator = {indicator:String} AND period_start IS NOT NULL
    AND if({place:String} = '', place_id = '' OR place_id IN (SELECT id FROM place_list WHERE level = 'country'),
           place_id = {place:String} OR place = {place:String})
    AND if({industry:String} = '', industry = '' AND position(dims, 'ITEM=') = 0,
           industry = {industry:String} OR industry_name = {industry:String} OR path = {industry:String}
           OR lowerUTF8(arrayElement(splitByString(' > ', path), -1)) = lowerUTF8({industry:String}))
    AND ({measure:String} = '' OR measure = {measure:String}) AND ({compare:String} IN ('', compare)) AND ({freq:String} IN ('', freq))
    AND period_start >= {from:Date32} AND period_end <= {to:Date32}
)
WHERE NOT same
ORDER BY source, series, measure, compare, accumulation, unit, place, freq, period_start, period_end, known_at, ordinal
LIMIT {limit:UInt32}
