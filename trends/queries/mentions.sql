-- How often a phrase is written, by month: articles that hold it and articles in all; copies of an article are one story
-- vi: Một cụm từ được viết bao nhiêu lần, theo tháng: số bài có cụm từ và tổng số bài; các bản đăng lại tính là một câu chuyện
-- arg phrase: the phrase; diacritics and case do not matter, only the whole phrase counts
-- example: nhip trends mentions "công nghiệp hỗ trợ" --by quarter
--
-- hasPhrase finds the phrase in the text index, without reading a text; a phrase written with diacritics also counts
-- without them and the other way round. Rows that were replaced are taken out by v_superseded instead of FINAL, which
-- would sort all documents: see loader/schema/0011_search.sql.
--
-- Stories are the articles found without those that repeat another one found, published at most 14 days before: the two
-- share a band of their fingerprints (see loader/schema/0008_stories.sql). A band of a thousand articles is a template's.
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
  toUInt64(sum(hits) - sum(copies)) AS stories,
  articles AS bar
FROM (
  SELECT toDate(assumeNotNull(published_at)) AS day, toInt64(count()) AS rows, toInt64(0) AS hits, toInt64(0) AS copies
  FROM v_article_rows
  WHERE published_at IS NOT NULL AND kind != 'table' AND toDate32(published_at) BETWEEN {from:Date32} AND {to:Date32}
    AND ({place:String} = '' OR doc_id IN (
      SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})))
    AND ({industry:String} = '' OR doc_id IN (
      SELECT doc_id FROM v_mentions WHERE kind = 'industry' AND (id = {industry:String} OR name = {industry:String})))
  GROUP BY day
  UNION ALL
  SELECT day, -toInt64(sum(superseded)), toInt64(countIf(found AND NOT is_older)), 0
  FROM (
    SELECT any(toDate(t)) AS day, sum(extra) AS superseded, max(hit) AS found, max(older) AS is_older
    FROM (
      SELECT doc_id, version, assumeNotNull(published_at) AS t, 0 AS extra, 1 AS hit, 0 AS older
      FROM v_article_rows
      WHERE hasPhrase(folded, words)
        AND published_at IS NOT NULL AND kind != 'table' AND toDate32(published_at) BETWEEN {from:Date32} AND {to:Date32}
        AND ({place:String} = '' OR doc_id IN (
          SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})))
        AND ({industry:String} = '' OR doc_id IN (
          SELECT doc_id FROM v_mentions WHERE kind = 'industry' AND (id = {industry:String} OR name = {industry:String})))
      UNION ALL
      SELECT doc_id, version, assumeNotNull(published_at), 1, 0, is_older
      FROM v_superseded
      WHERE published_at IS NOT NULL AND kind != 'table' AND toDate32(published_at) BETWEEN {from:Date32} AND {to:Date32}
        AND ({place:String} = '' OR doc_id IN (
          SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})))
        AND ({industry:String} = '' OR doc_id IN (
          SELECT doc_id FROM v_mentions WHERE kind = 'industry' AND (id = {industry:String} OR name = {industry:String})))
    )
    GROUP BY doc_id, version
  )
  GROUP BY day
  UNION ALL
  SELECT toDate(copy.1) AS day, 0, 0, toInt64(uniqExact(copy.2))
  FROM (
    SELECT arraySort(groupUniqArray((assumeNotNull(published_at), doc_id))) AS shared
    FROM v_article_bands
    WHERE hasPhrase(folded, words)
      AND published_at IS NOT NULL AND kind != 'table' AND toDate32(published_at) BETWEEN {from:Date32} AND {to:Date32}
      AND (doc_id, version) NOT IN (SELECT doc_id, version FROM v_superseded WHERE is_older)
      AND ({place:String} = '' OR doc_id IN (
        SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})))
      AND ({industry:String} = '' OR doc_id IN (
        SELECT doc_id FROM v_mentions WHERE kind = 'industry' AND (id = {industry:String} OR name = {industry:String})))
    GROUP BY band
    HAVING count() BETWEEN 2 AND 1000
  )
  ARRAY JOIN arrayFilter((x, i) -> i > 1 AND x.1 - shared[i - 1].1 <= 14 * 86400, shared, arrayEnumerate(shared)) AS copy
  GROUP BY day
)
GROUP BY start
HAVING of_articles > 0
ORDER BY start
LIMIT {limit:UInt32}
