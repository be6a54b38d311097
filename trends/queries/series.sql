-- An indicator over time: the latest value of every period and source, or the latest known on a day
-- vi: Một chỉ tiêu theo thời gian: giá trị mới nhất của từng kỳ và nguồn, hoặc giá trị được biết tại một ngày
-- arg indicator: id of the catalog
-- example: nhip trends series iip --asof 2025-06-30
SELECT
  period, source, place, industry_name AS industry, measure, compare, unit, value, kind, status,
  toDate(known_at) AS known, if(empty(path), label, path) AS series
FROM observations_asof(asof = {asof:String})
WHERE indicator = {indicator:String} AND period_start IS NOT NULL
  AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
  AND ({industry:String} = '' OR industry = {industry:String} OR industry_name = {industry:String})
  AND period_start >= {from:Date32} AND period_end <= {to:Date32}
ORDER BY source, series, measure, compare, unit, place, period_start, period_end
LIMIT {limit:UInt32}
