CREATE OR REPLACE VIEW place_list ON CLUSTER `ba_mien`
(
  id      String COMMENT 'Place of the catalog / Mã địa danh trong danh mục',
  name    String COMMENT 'Name / Tên',
  name_en String COMMENT 'English name / Tên tiếng Anh',
  level   LowCardinality(String) COMMENT 'country, region, province, district, other / Cấp: quốc gia, vùng, tỉnh, huyện, khác',
  code    String COMMENT 'Code of the statistics office, under its vintage / Mã của cơ quan thống kê, theo danh mục đơn vị hành chính tương ứng',
  vintage LowCardinality(String) COMMENT 'VN63, VN34 or both / Danh mục 63 tỉnh, 34 tỉnh, hoặc cả hai',
  parent  String COMMENT 'The place it lies in / Địa danh cấp trên'
)
AS SELECT id, name, name_en, level, code, vintage, parent FROM places FINAL
COMMENT 'Places of the catalog / Địa danh trong danh mục';

CREATE OR REPLACE VIEW industry_list ON CLUSTER `ba_mien`
(
  id      String COMMENT 'Industry of the catalog / Mã ngành trong danh mục',
  name    String COMMENT 'Name / Tên',
  name_en String COMMENT 'English name / Tên tiếng Anh',
  vsic    String COMMENT 'Versions and classes of VSIC, joined by a semicolon / Phiên bản và mã ngành VSIC, nối bằng dấu chấm phẩy',
  parent  String COMMENT 'The industry it belongs to / Ngành cấp trên'
)
AS SELECT id, name, name_en, arrayStringConcat(vsic, '; ') AS vsic, parent FROM industries FINAL
COMMENT 'Industries of the catalog / Các ngành trong danh mục';

CREATE DICTIONARY IF NOT EXISTS place_names ON CLUSTER `ba_mien`
(id String, name String, name_en String, level String, code String, vintage String, parent String)
PRIMARY KEY id
SOURCE(CLICKHOUSE(TABLE 'place_list'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 300 MAX 600)
COMMENT 'Places of the catalog / Địa danh trong danh mục';

CREATE DICTIONARY IF NOT EXISTS industry_names ON CLUSTER `ba_mien`
(id String, name String, name_en String, vsic String, parent String)
PRIMARY KEY id
SOURCE(CLICKHOUSE(TABLE 'industry_list'))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 300 MAX 600)
COMMENT 'Industries of the catalog / Các ngành trong danh mục';
