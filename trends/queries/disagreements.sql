-- Where two official sources give the same number of an indicator: both, and the difference; without --industry the total
-- vi: Hai nguồn chính thức cho cùng một số liệu của một chỉ tiêu: cả hai giá trị và chênh lệch; không có --industry thì lấy toàn bộ
-- arg indicator: id of the catalog
-- example: nhip trends disagreements iip --from 2022-01-01
--
-- Sources are never merged. agree: the same within the digits of the coarser print. Bases that differ explain much.
-- --industry takes an id of the catalog or the words of a table's row; without --place the whole country.
SELECT
  period, place, item, measure, compare, accumulation, unit, source_a, value_a, source_b, value_b, round(difference, 4) AS difference,
  round(percent, 2) AS percent, agree, base_a, base_b, toDate(known_a) AS known_a, toDate(known_b) AS known_b
FROM v_disagreements
WHERE indicator = {indicator:String}
  AND if({place:String} = '', place_id = '' OR place_id IN (SELECT id FROM place_list WHERE level = 'country'),
         place_id = {place:String} OR place = {place:String})
  AND ({industry:String} = '' AND item = '' OR item = {industry:String} OR item = lowerUTF8({industry:String})
    OR item IN (SELECT id FROM industry_list WHERE name = {industry:String}))
  AND ({measure:String} = '' OR measure = {measure:String}) AND ({compare:String} IN ('', compare))
  AND period_start >= {from:Date32} AND period_end <= {to:Date32}
ORDER BY item, measure, compare, accumulation, unit, period_start, period_end, source_a, source_b
LIMIT {limit:UInt32}
