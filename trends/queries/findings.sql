-- Official numbers that do not fit: sums, ratios and balances that break, impossible units and jumps of magnitude
-- vi: Các số liệu chính thức không khớp: tổng, tỷ lệ, cân đối không khớp; đơn vị vô lý và nhảy bậc độ lớn
-- example: nhip trends findings --from 2023-01-01
--
-- --from and --to mean the day of publication. Broken identities come first: an index outside 10 to 1000 is often true.
SELECT
  toDate(known_at) AS known, source, finding, place, period, measure, compare, value, unit, cell,
  if(empty(sentence), quote, sentence) AS what, if(empty(path), label, path) AS series, url
FROM v_findings
WHERE toDate32(known_at) BETWEEN {from:Date32} AND {to:Date32}
  AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
  AND ({industry:String} = '' OR industry = {industry:String} OR path ILIKE concat('%', {industry:String}, '%'))
ORDER BY finding = 'suspicious_unit', known_at DESC, url, cell, finding
LIMIT {limit:UInt32}
