-- How official values were revised: each published value beside the one it replaced, and the mean absolute revision of its series
-- vi: Số liệu chính thức đã được điều chỉnh thế nào: mỗi giá trị công bố bên cạnh giá trị mà nó thay thế, và mức điều chỉnh tuyệt đối bình quân của chuỗi
-- arg indicator: id of the catalog
-- example: nhip trends revisions iip --compare yoy --from 2022-01-01 --to 2023-12-31
--
-- The classes are those of v_revisions. A value that was published again as it was is a revision of nothing: it counts
-- in the mean, and so does rounding; what was added, removed or put on a new base does not. mean_absolute is in the unit, for an
-- index or a growth in points.
-- Without --place the whole country; without --industry the row of the total, which is the one that has no ITEM. --industry
-- takes an id or name of the catalog or the words of a table's row.
SELECT
  period, source, place, measure, compare, accumulation, unit, toDate(known_before) AS first_known, round(number_before, 4) AS first,
  toDate(known_at) AS then_known, round(number, 4) AS then, round(difference, 4) AS revision, round(percent, 2) AS percent, class,
  concat(kind_before, ' → ', kind) AS kinds,
  round(avgIf(abs(difference), class IN ('revision', 'rounding', 'unchanged')) OVER s, 4) AS mean_absolute,
  countIf(class IN ('revision', 'rounding', 'unchanged')) OVER s AS pairs,
  if(empty(path), label, path) AS series
FROM v_revisions
WHERE indicator = {indicator:String} AND class != 'added'
  AND if({place:String} = '', place_id = '' OR place_id IN (SELECT id FROM place_list WHERE level = 'country'),
         place_id = {place:String} OR place = {place:String})
  AND if({industry:String} = '', industry = '' AND position(dims, 'ITEM=') = 0,
         industry = {industry:String} OR industry_name = {industry:String} OR path = {industry:String}
         OR lowerUTF8(arrayElement(splitByString(' > ', path), -1)) = lowerUTF8({industry:String}))
  AND ({measure:String} = '' OR measure = {measure:String}) AND ({compare:String} IN ('', compare)) AND ({freq:String} IN ('', freq))
  AND period_start >= {from:Date32} AND period_end <= {to:Date32}
WINDOW s AS (PARTITION BY source, path, measure, compare, accumulation, unit, place, freq)
ORDER BY source, series, measure, compare, accumulation, unit, place, freq, period_start, period_end, then_known, known_at
LIMIT {limit:UInt32}
