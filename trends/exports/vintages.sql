-- The numbers an export writes: every vintage that was known at a moment, one a document, series and period. Where a
-- document prints a number twice, one that is not hidden counts, then the first. What an edit left as it was is no new vintage.
SELECT
  source, table_code, indicator, if(indicator = '', label, indicator_name) AS indicator_name, label, path,
  extract(dims, 'ITEM=([^;]*)') AS item, extract(dims, 'VARIABLE=([^;]*)') AS variable,
  arrayStringConcat(arrayFilter(x -> x != '' AND NOT startsWith(x, 'ITEM=') AND NOT startsWith(x, 'VARIABLE='), splitByString('; ', dims)), '; ') AS other_dims,
  place_id, place, geo_vintage, counterpart, industry, industry_name, freq, accumulation, time_collect, measure, compare,
  price_basis, adjustment, unit, if(compare = 'vs_base', base_period, '') AS fixed_base, base_period,
  period, toString(period_start) AS first_day, toString(period_end) AS last_day,
  formatDateTime(known_at, '%Y-%m-%dT%H:%i:%S+07:00', 'Asia/Ho_Chi_Minh') AS vintage,
  toString(value) AS value, unit_mult, decimals, kind, status, flags, printed, title, cell, url
FROM (
  SELECT *, tuple(content_version - 1, ifNull(toString(value), ''), kind, status, base_period) =
    lagInFrame(tuple(content_version, ifNull(toString(value), ''), kind, status, base_period)) OVER (
      PARTITION BY source, indicator, place_id, industry, series_id, period_start, period_end, doc_id
      ORDER BY content_version, position(flags, 'hidden') > 0, ordinal ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS same
  FROM v_observation_vintages
  WHERE (period_start IS NOT NULL OR period = '_Z') AND kind != '' AND (indicator != '' OR label != '') AND (value IS NOT NULL OR status NOT IN ('', 'A'))
    AND known_at < toDateTime({asof:String}, 'Asia/Ho_Chi_Minh')
    AND ({indicator:String} = '' OR indicator = {indicator:String})
    AND ({source:String} IN ('', toString(source))) AND ({table:String} = '' OR lowerUTF8(table_code) = lowerUTF8({table:String}))
    AND ({place:String} = '' OR place_id = {place:String} OR place = {place:String})
    AND ({industry:String} = '' OR industry = {industry:String} OR industry_name = {industry:String} OR path = {industry:String}
         OR lowerUTF8(arrayElement(splitByString(' > ', path), -1)) = lowerUTF8({industry:String}))
    AND ({measure:String} = '' OR measure = {measure:String}) AND ({compare:String} IN ('', compare)) AND ({freq:String} IN ('', freq))
    AND if(period = '_Z', {from:Date32} = toDate32('1900-01-01') AND {to:Date32} = toDate32('2299-12-31'), -- no day to choose by
      period_start >= {from:Date32} AND period_end <= {to:Date32})
    AND source IN (SELECT source FROM v_sources WHERE kind = 'statistics')
)
WHERE NOT same
ORDER BY source, indicator, place_id, industry, series_id, period_start, period_end, known_at, position(flags, 'hidden') > 0, doc_id, ordinal
LIMIT 1 BY source, indicator, place_id, industry, series_id, if(kind = 'estimate', 'actual', kind), period_start, period_end, known_at
LIMIT {limit:UInt64}
