// What the rules found, and its figures in the order in which they are told: [Chinese, English].
export const SIGNS = {
  hour_mean: ["小时均值超过许可限值", "the hourly mean is above the permit limit"],
  no_valid_hour: ["上一有效小时超标，此后没有有效小时", "above the limit in the last valid hour, none valid since"],
  minute_over: ["分钟值超过限值，小时均值尚未超", "minute values above the limit, not the hourly mean yet"],
  hour_projected: ["照此下去，本小时均值将超标", "going on like this, the hour will be above the limit"],
  downwind_above_upwind: ["下风向比上风向高出限值", "downwind exceeds upwind by more than the limit"],
  rise: ["全区一起升高：不是某一家", "the whole district has risen: nobody in particular"],
  silent: ["设备不再上报", "the device has fallen silent"],
  nothing_arrives: ["没有任何数据到达：无人监测", "nothing arrives from anybody: nobody watches"],
  outage: ["许多设备同时中断：网络或平台", "many devices silent at once: network or platform"],
  ahead: ["时钟快", "its clock is ahead"],
  behind: ["时钟慢", "its clock is behind"],
  pm25_over_pm10: ["PM2.5 高于 PM10，不可能", "PM2.5 above PM10, which cannot be"],
  stuck: ["数值长时间不变", "the value does not change"],
  noisy: ["读数乱跳", "the readings jump about"],
  step: ["读数突然整体偏移", "the readings have stepped away from the others"],
  drift: ["长期偏离邻站", "has drifted away from its neighbours"],
  lonely: ["只有它升高，邻站都没有", "risen alone, no neighbour shares it"],
  unsure: ["可能是故障，也可能是小排放", "may be a fault, may be a small emission"],
  replay: ["数据重复了之前的过程", "an earlier course is played again"],
  constant: ["数值恒定，远久于平常", "constant for much longer than usual"],
  idle_at_work: ["生产期间数值始终接近零", "idle values while there is work"],
  hugging_limit: ["数值紧贴限值而不超过", "just below the limit, never above"],
  sudden_step_down: ["数值突然降低并保持", "a sudden fall that stayed"],
  untreated: ["生产时治理设施未运行", "producing while the treatment is off"],
  absent_when_neighbours_rise: ["周边升高时总是缺数", "absent whenever the neighbours rise"],
  too_smooth: ["波动过小", "varies too little"],
  ratio_break: ["与另一因子的比例突变", "the ratio to the other channel has broken"],
  last_digit: ["末位数字分布不自然", "unnatural last digits"],
};

export const FIGURES = {
  mean: ["小时均值", "hourly mean"], limit: ["限值", "limit"], share: ["相当于限值的", "of the limit"], offline_share: ["占全部设备", "of all devices"],
  value: ["分钟值", "minute value"], projected: ["预计小时均值", "projected mean"], max: ["最高分钟值", "highest minute"], from: ["时段自", "from"], to: ["至", "to"],
  valid_minutes: ["有效分钟", "valid minutes"], since: ["超标自", "above since"], silence_since: ["最后收到", "last arrival"], patience_min: ["容忍 min", "patience, min"], newest_judged: ["最新判定", "newest judged"],
  difference: ["下风向 − 上风向", "downwind − upwind"], downwind: ["下风向", "downwind"], upwind: ["上风向", "upwind"], wind: ["风", "wind"],
  minutes: ["分钟", "minutes"], park_minutes: ["平均时长 min", "mean over, min"], clock_minutes: ["偏差 min", "off by, min"], of: ["最近分钟", "of the last minutes"], median: ["全区中位值", "median of the district"], slow_median: ["平时", "usual"],
  times: ["倍数", "times"], share_risen: ["升高的站点", "stations risen"], came_from: ["先升高的一侧", "rose first in the"], wind_from: ["风的来向", "wind from"],
  pm25_to_pm10: ["PM2.5 / PM10", "PM2.5 / PM10"], looks_like: ["像是", "looks like"], last_heard: ["最后上报", "last heard"], usual_interval_min: ["平常间隔 min", "usual interval, min"],
  silent_devices: ["中断的设备", "silent devices"], devices: ["设备数", "devices"], trait: ["迹象", "trait"], times_usual: ["是平常的几倍", "times its usual"],
  times_neighbours: ["长期是邻站的几倍", "times its neighbours, in the long run"], roughness: ["逐分钟波动", "roughness"], repeated_min: ["连续相同 min", "repeated, min"],
  usable_neighbours: ["可用邻站", "usable neighbours"], jumped_together: ["同时偏移", "stepped together"], usual_minutes: ["平常的分钟数", "usual minutes"],
  same_changes: ["相同的变化", "same changes"], hours_before: ["小时之前", "hours before"], cycles: ["相当于平常的倍数", "usual stays"],
  usually_above_idle: ["平常高于零", "usually above idle"], near_limit: ["限值 90–100 %", "at 90–100 % of the limit"], above_limit: ["高于限值", "above the limit"],
  near_limit_before: ["此前 90–100 %", "at 90–100 % before"], peers_near_limit: ["其他企业 90–100 %", "others at 90–100 %"], factor: ["降到原来的", "down to"],
  hours_ago: ["小时前", "hours ago"], after_gap_or_mark: ["紧接缺数或标记", "right after a gap or mark"], absences: ["缺数次数", "absences"],
  occasions: ["周边升高次数", "occasions"], probability: ["偶然的概率", "probability by chance"], variation: ["波动", "variation"],
  usual_variation: ["平常波动", "usual variation"], flow_variation: ["流量波动", "variation of the flow"], ratio: ["比例", "ratio"], ratio_before: ["此前比例", "ratio before"],
  usual_log_sd: ["平常离散（对数）", "usual SD of its log"], entropy_bit: ["信息熵 bit", "entropy, bit"], possible_bit: ["应有 bit", "possible, bit"],
  digits_used: ["出现的数字", "digits used"], compared_with: ["比较对象", "compared with"],
};

export const VALUES = { dust: ["沙尘", "dust"], "haze or smoke": ["霾或烟", "haze or smoke"], mixed: ["混合", "mixed"], N: ["北", "N"], NE: ["东北", "NE"], E: ["东", "E"],
  SE: ["东南", "SE"], S: ["南", "S"], SW: ["西南", "SW"], W: ["西", "W"], NW: ["西北", "NW"], good: ["有效", "valid"] };

// Shares that are told in per cent, and figures that have the unit of the registry.
export const SHARES = new Set(["share", "share_risen", "same_changes", "factor", "usually_above_idle", "near_limit", "above_limit", "near_limit_before", "peers_near_limit",
  "probability", "variation", "usual_variation", "flow_variation"]);
export const AMOUNTS = new Set(["limit", "mean", "max", "value", "projected", "difference", "downwind", "upwind", "median", "slow_median", "pm25", "pm10"]);

export const UNITS = { pm25: "µg/m³", pm10: "µg/m³", so2: "µg/m³", no2: "µg/m³", o3: "µg/m³", co: "mg/m³", tvoc: "mg/m³", nmhc: "mg/m³", ch4: "ppm" };
