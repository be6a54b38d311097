-- Numbers of an indicator with the sentences they stood in, newest first
-- vi: Các con số của một chỉ tiêu cùng câu văn chứa chúng, mới nhất trước
-- arg indicator: id of the catalog, or words of the indicator; diacritics do not matter
-- example: nhip trends observations iip --place "Hà Nội" --from 2025-01-01
WITH replaceAll(caseFoldUTF8(removeDiacriticsUTF8({indicator:String})), 'đ', 'd') AS words
SELECT
  toDate(known_at) AS known, source, period, place,
  label, bound, value, low, high, unit, measure, compare, kind, quote
FROM v_observation_vintages
WHERE (is_current OR {asof:String} != '2106-01-01 00:00:00')
  AND known_at < toDateTime({asof:String}, 'Asia/Ho_Chi_Minh')
  AND (indicator = {indicator:String}
    OR position(replaceAll(caseFoldUTF8(removeDiacriticsUTF8(concat(label, ' ', indicator_name))), 'đ', 'd'), words) > 0)
  AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
  AND ({industry:String} = '' OR industry = {industry:String} OR industry_name = {industry:String})
  AND toDate32(known_at) BETWEEN {from:Date32} AND {to:Date32}
ORDER BY known_at DESC, doc_id, ordinal
LIMIT {limit:UInt32}
