"""Fetches every address of a file as Scrapy does by default, robots.txt obeyed, and does
nothing with the pages. Prints how many came, and how long it took from the opening of the
spider to its end.

    python3 spider.py FILE
"""
import sys

import scrapy
from scrapy.crawler import CrawlerProcess


class Pages(scrapy.Spider):
    name = "pages"
    count = 0

    def start_requests(self):
        with open(self.addresses) as lines:
            for line in lines:
                yield scrapy.Request(line.strip())

    def parse(self, response):
        assert response.body
        self.count += 1


process = CrawlerProcess(settings={
    "USER_AGENT": "pages/0.1 (+https://example.org/bot)",
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
})
crawler = process.create_crawler(Pages)
process.crawl(crawler, addresses=sys.argv[1])
process.start()
print(f"{crawler.spider.count} {crawler.stats.get_value('elapsed_time_seconds'):.6f}")
