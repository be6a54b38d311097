-- How often a phrase is written, by month: articles that hold it and articles in all; copies of an article are one story
-- vi: Một cụm từ được viết bao nhiêu lần, theo tháng: số bài có cụm từ và tổng số bài; các bản đăng lại tính là một câu chuyện
-- arg phrase: the phrase; diacritics and case do not matter, only the whole phrase counts
-- example: nhip trends mentions "công nghiệp hỗ trợ" --by quarter
--
-- hasPhrase finds the phrase in the text index, without reading a text; a phrase written with diacritics also counts
-- without them and the other way round: see loader/schema/0011_words.sql.
--
-- A story is counted where its first article that was found appeared; one that appears again after 14 days without is told
-- anew: see loader/schema/0012_copies.sql. A line that ends in "if" and the name of a filter is left out without it.
WITH
  trimBoth(replaceRegexpAll(replaceRegexpAll(replaceAll(caseFoldUTF8(removeDiacriticsUTF8({phrase:String})), 'đ', 'd'),
    '[^\\p{L}\\p{N}\\p{M}]*[^\\p{L}\\p{N}\\p{M}\\s\\p{Z}][^\\p{L}\\p{N}\\p{M}]*', ' · '), '[\\s\\p{Z}]+', ' ')) AS words,
  multiIf({by:String} = 'day', day, {by:String} = 'week', toMonday(day), {by:String} = 'quarter', toStartOfQuarter(day),
          {by:String} = 'year', toStartOfYear(day), toStartOfMonth(day)) AS start
SELECT
  start AS period,
  toUInt64(sum(hits)) AS articles,
  toUInt64(sum(rows)) AS of_articles,
  round(100 * articles / of_articles, 1) AS percent,
  toUInt64(sum(told)) AS stories,
  articles AS bar
FROM (
  SELECT toDate(assumeNotNull(published_at)) AS day, count() AS rows, toUInt64(0) AS hits, toUInt64(0) AS told
  FROM v_article_words
  WHERE published_at IS NOT NULL AND kind != 'table'
    AND toDate32(published_at) >= {from:Date32} -- if from
    AND toDate32(published_at) <= {to:Date32} -- if to
    AND doc_id IN (SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})) -- if place
    AND doc_id IN (SELECT doc_id FROM v_mentions WHERE kind = 'industry' AND (id = {industry:String} OR name = {industry:String})) -- if industry
  GROUP BY day
  UNION ALL
  SELECT count.1 AS day, 0, count.2, count.3
  FROM (
    SELECT arraySort(arrayFlatten(groupArray(times))) AS copies,
      if(story = 0, groupArray((day, n, n)), arrayMap((at, i) -> (toDate(at), toUInt64(1), toUInt64(i = 1 OR at - copies[i - 1] > 14 * 86400)), copies, arrayEnumerate(copies))) AS counts
    FROM (
      SELECT m.story_id AS story, toDate(a.at) AS day, count() AS n, groupArrayIf(a.at, story != 0) AS times
      FROM (
        SELECT doc_id, assumeNotNull(published_at) AS at
        FROM v_article_words
        WHERE hasPhrase(folded, words) AND published_at IS NOT NULL AND kind != 'table'
          AND toDate32(published_at) >= {from:Date32} -- if from
          AND toDate32(published_at) <= {to:Date32} -- if to
          AND doc_id IN (SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})) -- if place
          AND doc_id IN (SELECT doc_id FROM v_mentions WHERE kind = 'industry' AND (id = {industry:String} OR name = {industry:String})) -- if industry
      ) AS a
      LEFT ANY JOIN v_story_members AS m ON a.doc_id = m.doc_id
      GROUP BY story, day
    )
    GROUP BY story
  )
  ARRAY JOIN counts AS count
)
GROUP BY start
HAVING of_articles > 0
ORDER BY start
LIMIT {limit:UInt32}
