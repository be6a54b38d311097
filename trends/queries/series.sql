-- An indicator over time: the newest value of every period, or the newest known on a day; without --industry the total
-- vi: Một chỉ tiêu theo thời gian: giá trị mới nhất của từng kỳ, hoặc giá trị được biết tại một ngày; không có --industry thì lấy toàn bộ
-- arg indicator: id of the catalog
-- example: nhip trends series iip --asof 2022-06-30
--
-- value_full is the number behind the print where the file holds it (workbooks do); it is null for news and web pages.
-- A table's total stands on a row without a row above it; the rows of single industries carry their id or a longer path.
SELECT
  period, source, place, measure, compare, accumulation, unit, value, value_full, kind, status,
  toDate(known_at) AS known, if(empty(path), label, path) AS series
FROM observations_asof(asof = {asof:String})
WHERE indicator = {indicator:String} AND period_start IS NOT NULL
  AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
  AND if({industry:String} = '', empty(industry) AND position(path, ' > ') = 0 AND (empty(path) OR path ILIKE 'toàn ngành%' OR path ILIKE 'tổng%'),
         industry = {industry:String} OR industry_name = {industry:String} OR path = {industry:String})
  AND period_start >= {from:Date32} AND period_end <= {to:Date32}
ORDER BY source, series, measure, compare, accumulation, unit, place, period_start, period_end
LIMIT {limit:UInt32}
