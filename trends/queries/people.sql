-- Who is spoken of most, with the post and organisation the text gives
-- vi: Ai được nhắc tới nhiều nhất, cùng chức vụ và tổ chức mà bài viết nêu
-- example: nhip trends people --from 2025-01-01 --limit 20
SELECT
  name, any(role) AS position, any(organisation) AS organisation, uniqExact(doc_id) AS articles,
  toDate(max(published_at)) AS latest
FROM v_mentions
WHERE kind = 'person'
  AND toDate32(known_at) BETWEEN {from:Date32} AND {to:Date32}
  AND ({place:String} = '' OR doc_id IN (
    SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})))
GROUP BY name
ORDER BY articles DESC, name
LIMIT {limit:UInt32}
