-- Which industries are written about, by month
-- vi: Những ngành nào được viết tới, theo tháng
-- example: nhip trends industries --by year
WITH
  multiIf({by:String} = 'day', toStartOfDay(t), {by:String} = 'week', toDateTime(toMonday(t), 'Asia/Ho_Chi_Minh'),
          {by:String} = 'quarter', toDateTime(toStartOfQuarter(t), 'Asia/Ho_Chi_Minh'),
          {by:String} = 'year', toDateTime(toStartOfYear(t), 'Asia/Ho_Chi_Minh'),
          toDateTime(toStartOfMonth(t), 'Asia/Ho_Chi_Minh')) AS start
SELECT toDate(start) AS period, name AS industry, uniqExact(doc_id) AS articles, articles AS bar
FROM (
  SELECT assumeNotNull(published_at) AS t, id, name, doc_id FROM v_mentions
  WHERE kind = 'industry' AND published_at IS NOT NULL
    AND toDate32(published_at) BETWEEN {from:Date32} AND {to:Date32}
    AND ({place:String} = '' OR doc_id IN (
      SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})))
)
GROUP BY start, id, name
ORDER BY start, articles DESC, industry
LIMIT {limit:UInt32}
