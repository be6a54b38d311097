-- How often a phrase is written, by month: articles that hold it and articles in all; copies of an article are one story
-- vi: Một cụm từ được viết bao nhiêu lần, theo tháng: số bài có cụm từ và tổng số bài; các bản đăng lại tính là một câu chuyện
-- arg phrase: the phrase; diacritics and case do not matter, only the whole phrase counts
-- example: nhip trends mentions "công nghiệp hỗ trợ" --by quarter
--
-- hasAllTokens asks the text index which documents hold all words; match then looks for the phrase itself, between
-- word borders, in those that are left. A phrase written with diacritics also counts without them and the other way round.
WITH
  replaceAll(caseFoldUTF8(removeDiacriticsUTF8({phrase:String})), 'đ', 'd') AS words,
  concat('(^|[^a-z0-9])', replaceRegexpAll(regexpQuoteMeta(trimBoth(words)), '\\s+', '\\\\s+'), '([^a-z0-9]|$)') AS phrase_between_borders,
  multiIf({by:String} = 'day', toStartOfDay(t), {by:String} = 'week', toDateTime(toMonday(t), 'Asia/Ho_Chi_Minh'),
          {by:String} = 'quarter', toDateTime(toStartOfQuarter(t), 'Asia/Ho_Chi_Minh'),
          {by:String} = 'year', toDateTime(toStartOfYear(t), 'Asia/Ho_Chi_Minh'),
          toDateTime(toStartOfMonth(t), 'Asia/Ho_Chi_Minh')) AS start
SELECT
  toDate(start) AS period,
  countIf(found) AS articles,
  count() AS of_articles,
  round(100 * articles / of_articles, 1) AS percent,
  uniqExactIf(story, found) AS stories,
  articles AS bar
FROM (
  SELECT a.t AS t, a.found AS found, if(c.story_id = 0, a.doc_id, c.story_id) AS story
  FROM (
  SELECT assumeNotNull(published_at) AS t, doc_id,
    hasAllTokens(folded, words) AND match(folded, phrase_between_borders) AS found
  FROM v_articles
  WHERE published_at IS NOT NULL AND kind != 'table'
    AND toDate32(published_at) BETWEEN {from:Date32} AND {to:Date32}
    AND ({place:String} = '' OR doc_id IN (
      SELECT doc_id FROM v_mentions WHERE kind = 'place' AND (id = {place:String} OR name = {place:String})))
    AND ({industry:String} = '' OR doc_id IN (
      SELECT doc_id FROM v_mentions WHERE kind = 'industry' AND (id = {industry:String} OR name = {industry:String})))
  ) AS a
  LEFT JOIN v_story_copies AS c ON a.doc_id = c.doc_id
)
GROUP BY start
ORDER BY start
LIMIT {limit:UInt32}
