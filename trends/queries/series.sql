-- An indicator over time: the newest value of every period, or the newest known on a day; without --industry the total
-- vi: Một chỉ tiêu theo thời gian: giá trị mới nhất của từng kỳ, hoặc giá trị được biết tại một ngày; không có --industry thì lấy toàn bộ
-- arg indicator: id of the catalog
-- example: nhip trends series iip --asof 2022-06-30
--
-- value_full is the number behind the print where the file holds it (workbooks do); it is null for news and web pages.
-- Without --place the whole country; without --industry the row of the total, which is the one that has no ITEM. --industry
-- takes an id or name of the catalog or the words of a table's row.
SELECT
  period, source, place, measure, compare, accumulation, unit, value, value_full, kind, status,
  toDate(known_at) AS known, if(empty(path), label, path) AS series, indicator_name
FROM observations_asof(asof = {asof:String})
WHERE indicator = {indicator:String} AND period_start IS NOT NULL
  AND if({place:String} = '', place_id = '' OR place_id IN (SELECT id FROM place_list WHERE level = 'country'),
         place_id = {place:String} OR place = {place:String})
  AND if({industry:String} = '', industry = '' AND position(dims, 'ITEM=') = 0,
         industry = {industry:String} OR industry_name = {industry:String} OR path = {industry:String}
         OR lowerUTF8(arrayElement(splitByString(' > ', path), -1)) = lowerUTF8({industry:String}))
  AND ({measure:String} = '' OR measure = {measure:String}) AND ({compare:String} IN ('', compare)) AND ({freq:String} IN ('', freq))
  AND period_start >= {from:Date32} AND period_end <= {to:Date32}
ORDER BY source, series, measure, compare, accumulation, unit, place, freq, period_start, period_end, known_at
LIMIT {limit:UInt32}
