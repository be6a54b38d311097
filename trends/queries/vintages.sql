-- Every value that was ever published of an indicator and period, in the order of publication; without --industry the total
-- vi: Mọi giá trị từng được công bố của một chỉ tiêu và kỳ, theo thứ tự công bố; không có --industry thì lấy toàn bộ
-- arg indicator: id of the catalog
-- example: nhip trends vintages iip --from 2023-01-01 --to 2023-01-31
SELECT
  period, source, place, measure, compare, accumulation, unit, toDate(known_at) AS known, value, value_full, kind, status,
  if(empty(path), label, path) AS series, url
FROM v_observation_vintages
WHERE indicator = {indicator:String} AND period_start IS NOT NULL
  AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
  AND if({industry:String} = '', empty(industry) AND position(path, ' > ') = 0 AND (empty(path) OR path ILIKE 'toàn ngành%' OR path ILIKE 'tổng%'),
         industry = {industry:String} OR industry_name = {industry:String} OR path = {industry:String})
  AND period_start >= {from:Date32} AND period_end <= {to:Date32}
ORDER BY source, series, measure, compare, accumulation, unit, place, period_start, period_end, known_at, ordinal
LIMIT {limit:UInt32}
