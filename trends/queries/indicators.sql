-- Which indicators are in the store: numbers, periods and sources of each
-- vi: Trong kho có những chỉ tiêu nào: số con số, kỳ và nguồn của từng chỉ tiêu
-- example: nhip trends indicators --place "Hà Nội"
SELECT
  indicator, any(indicator_name) AS name, count() AS numbers, uniqExact(source) AS sources,
  min(period_start) AS first_period, max(period_end) AS last_period, toDate(max(known_at)) AS newest
FROM v_observations
WHERE indicator != ''
  AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
  AND ({industry:String} = '' OR industry = {industry:String} OR industry_name = {industry:String})
GROUP BY indicator
ORDER BY numbers DESC, indicator
LIMIT {limit:UInt32}
