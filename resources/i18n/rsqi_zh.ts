<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh" sourcelanguage="en">
<context>
    <name>rsqi</name>
    <message>
        <source>'default' and folders of other models, with a semicolon between each two.</source>
        <translation>“default”及其他模型的文件夹，以分号隔开。</translation>
    </message>
    <message>
        <source>'default' is the model that comes with RSQI; or give the folder of another model.</source>
        <translation>“default”为 RSQI 自带模型；也可给出其他模型的文件夹。</translation>
    </message>
    <message>
        <source>'{name}' is missing</source>
        <translation>缺少“{name}”</translation>
    </message>
    <message>
        <source>'{name}' is unknown; allowed are {allowed}</source>
        <translation>不认识“{name}”，只能是 {allowed}</translation>
    </message>
    <message>
        <source>'{text}' is not a number.</source>
        <translation>“{text}”不是数字。</translation>
    </message>
    <message>
        <source>1  Data</source>
        <translation>1  数据</translation>
    </message>
    <message>
        <source>3  Training</source>
        <translation>3  训练</translation>
    </message>
    <message>
        <source>4  Old and new</source>
        <translation>4  新旧比较</translation>
    </message>
    <message>
        <source>5  All models</source>
        <translation>5  所有模型</translation>
    </message>
    <message>
        <source>A Python from 3.10 on with 64 bits; by default that of QGIS.</source>
        <translation>64 位的 Python 3.10 以上版本；默认使用 QGIS 的 Python。</translation>
    </message>
    <message>
        <source>A click shows where an image lies; Enter or a double click opens it for review.</source>
        <translation>单击在地图上显示该影像；回车或双击打开复核。</translation>
    </message>
    <message>
        <source>A folder that 'Export training data' wrote, with a test part.</source>
        <translation>“导出训练数据”所写的、带测试部分的文件夹。</translation>
    </message>
    <message>
        <source>A folder with all below it, files, lists (TXT, CSV, GeoPackage, STAC), or a pattern: D:/**/*.tif</source>
        <translation>文件夹（含子文件夹）、文件、清单（TXT、CSV、GeoPackage、STAC），或通配符：D:/**/*.tif</translation>
    </message>
    <message>
        <source>A layer with the field category_id (1 to 10), such as the result of an inspection.</source>
        <translation>含有字段 category_id（1 至 10）的图层，例如检查结果。</translation>
    </message>
    <message>
        <source>Much of it shows no step that goes on: is it one seam?</source>
        <translation>大部分没有连续的色差：是同一条接缝吗？</translation>
    </message>
    <message>
        <source>Not used</source>
        <translation>不使用</translation>
    </message>
    <message>
        <source>Shows</source>
        <translation>可见</translation>
    </message>
    <message>
        <source>There is no memory of clean images at {path}: choose another under Advanced, or none.</source>
        <translation>{path} 没有正常影像记忆：请在“高级”中另选一个，或不选。</translation>
    </message>
    <message>
        <source>Add those kept to the dataset</source>
        <translation>把保留的加入数据集</translation>
    </message>
    <message>
        <source>Added to the training part of the dataset: {count}, marked as generated.</source>
        <translation>已加入数据集的训练部分：{count} 个，标记为生成。</translation>
    </message>
    <message>
        <source>Choose a folder of generated images</source>
        <translation>选择生成影像的文件夹</translation>
    </message>
    <message>
        <source>Choose among generated images...</source>
        <translation>挑选生成的影像...</translation>
    </message>
    <message>
        <source>Generated images: {name}</source>
        <translation>生成的影像：{name}</translation>
    </message>
    <message>
        <source>K keeps an image, X refuses it, U takes that back; the arrow keys move.</source>
        <translation>K 保留，X 舍弃，U 撤销；方向键移动。</translation>
    </message>
    <message>
        <source>Kept: {kept}, refused: {refused}. The paper kept {wanted} of 1000.</source>
        <translation>保留：{kept}，舍弃：{refused}。论文从 1000 个中保留 {wanted} 个。</translation>
    </message>
    <message>
        <source>More examples of rare errors, which rsqi augment has painted into clean blocks of this dataset.</source>
        <translation>罕见错误的更多样本，由 rsqi augment 绘入本数据集的合格影像块。</translation>
    </message>
    <message>
        <source>The clean block</source>
        <translation>合格的影像块</translation>
    </message>
    <message>
        <source>The generated image</source>
        <translation>生成的影像</translation>
    </message>
    <message>
        <source>a line shorter than {least} px cannot be measured</source>
        <translation>短于 {least} 像素的线无法测量</translation>
    </message>
    <message>
        <source>A lot of more than 1000 images is split evenly and each part judged alone: {parts}.</source>
        <translation>超过 1000 幅的批应均匀分批，各批单独判定：{parts}。</translation>
    </message>
    <message>
        <source>A mask of each image</source>
        <translation>每幅影像的掩膜</translation>
    </message>
    <message>
        <source>A mirror near you is faster. QGIS's proxy is used (Settings &gt; Options &gt; Network).</source>
        <translation>就近的镜像更快。使用 QGIS 的代理（设置 &gt; 选项 &gt; 网络）。</translation>
    </message>
    <message>
        <source>A negative number makes no sense here.</source>
        <translation>此处不能为负数。</translation>
    </message>
    <message>
        <source>A new folder; its name becomes the model's.</source>
        <translation>新文件夹；其名称即模型名称。</translation>
    </message>
    <message>
        <source>A new or empty folder.</source>
        <translation>新建的或空的文件夹。</translation>
    </message>
    <message>
        <source>A parameter does not fit</source>
        <translation>参数不合适</translation>
    </message>
    <message>
        <source>A report on each image</source>
        <translation>每幅影像的报告</translation>
    </message>
    <message>
        <source>A report to read and print.</source>
        <translation>可供阅读和打印的报告。</translation>
    </message>
    <message>
        <source>A scoring scheme as JSON; empty means RSQI's default.</source>
        <translation>JSON 格式的评分方案；留空则使用 RSQI 默认方案。</translation>
    </message>
    <message>
        <source>A scoring scheme as JSON; empty means that of the inspection.</source>
        <translation>评分方案（JSON）；留空则用检查时的方案。</translation>
    </message>
    <message>
        <source>A shapefile of each image</source>
        <translation>每幅影像的 Shapefile</translation>
    </message>
    <message>
        <source>A value that nobody has declared is left out as nodata: {reason}</source>
        <translation>发现未声明的无数据值，已排除：{reason}</translation>
    </message>
    <message>
        <source>All models on the test part of one dataset; the best figure of each column is green.</source>
        <translation>所有模型在同一数据集测试部分上的表现；每列最佳值为绿色。</translation>
    </message>
    <message>
        <source>AMD, Intel or other GPU (DirectML)</source>
        <translation>AMD、Intel 等显卡 (DirectML)</translation>
    </message>
    <message>
        <source>Absolute</source>
        <translation>绝对</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Accept: it is an error</source>
        <translation>确认：确为错误</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Accepted, corrected and added errors are learned; where you rejected one, that there is none. Unreviewed ones are left out.</source>
        <translation>学习已确认、已修正和漏检补充的错误；判为误检处，学习其中没有错误。未复核的不采用。</translation>
    </message>
    <message>
        <source>Add results</source>
        <translation>添加结果</translation>
    </message>
    <message>
        <source>Add results...</source>
        <translation>添加结果…</translation>
    </message>
    <message>
        <source>Add rule</source>
        <translation>添加规则</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>漏检补充</translation>
    </message>
    <message>
        <source>Adjustment factor t</source>
        <translation>调整系数 t</translation>
    </message>
    <message>
        <source>Adjustment t: divides the points of B, C and D</source>
        <translation>扣分调整系数 t：B、C、D 类扣分除以它</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>All checks passed.</source>
        <translation>各项检查均符合。</translation>
    </message>
    <message>
        <source>All drawn errors are judged.</source>
        <translation>抽出的图斑均已判定。</translation>
    </message>
    <message>
        <source>All errors are reviewed.</source>
        <translation>错误已全部复核。</translation>
    </message>
    <message>
        <source>All errors in the list are reviewed.</source>
        <translation>列表中的图斑已全部复核。</translation>
    </message>
    <message>
        <source>All grades</source>
        <translation>全部等级</translation>
    </message>
    <message>
        <source>All images in this folder and in the folders below it.</source>
        <translation>该文件夹及其子文件夹中的全部影像。</translation>
    </message>
    <message>
        <source>All images of a folder</source>
        <translation>文件夹中的全部影像</translation>
    </message>
    <message>
        <source>All states</source>
        <translation>全部状态</translation>
    </message>
    <message>
        <source>All types</source>
        <translation>全部类型</translation>
    </message>
    <message>
        <source>All valid pixels are of one colour: there is nothing to inspect, and no score.</source>
        <translation>全部有效像素为同一颜色，没有可检查的内容，不予评分。</translation>
    </message>
    <message>
        <source>All {total} blocks are seen</source>
        <translation>{total} 个影像块已全部查看</translation>
    </message>
    <message>
        <source>Also for training and Hugging Face models (PyTorch)</source>
        <translation>同时用于训练和 Hugging Face 模型（PyTorch）</translation>
    </message>
    <message>
        <source>Also installs what fine-tuning and models of others need: over 1 GB more. Of it, 30 MB measure answers in words (rsqi evaluate --task qa), and 65 MB generate images (rsqi augment).</source>
        <translation>同时安装微调和他人模型所需的库：再多 1 GB 以上，其中 30 MB 用于评测文字回答（rsqi evaluate --task qa），65 MB 用于生成影像（rsqi augment）。</translation>
    </message>
    <message>
        <source>An A error rejects the image</source>
        <translation>有 A 类错漏即不合格</translation>
    </message>
    <message>
        <source>An A error rejects the image: {type}.</source>
        <translation>存在 A 类错漏，影像不合格：{type}。</translation>
    </message>
    <message>
        <source>And all results in</source>
        <translation>以及此文件夹的全部结果</translation>
    </message>
    <message>
        <source>Another QGIS is setting RSQI up: wait for it.</source>
        <translation>另一个 QGIS 正在安装 RSQI，请等待其完成。</translation>
    </message>
    <message>
        <source>Another person judges drawn errors again without seeing the first verdicts. These stay as they are; the second ones lie beside them in the table second_review of each result.</source>
        <translation>由另一人在看不到首次结论的情况下重新判定抽出的图斑。首次结论保持不变，二次结论存于各成果的 second_review 表中。</translation>
    </message>
    <message>
        <source>Any severity</source>
        <translation>全部类别</translation>
    </message>
    <message>
        <source>Any source</source>
        <translation>全部来源</translation>
    </message>
    <message>
        <source>Any status</source>
        <translation>全部状态</translation>
    </message>
    <message>
        <source>Area</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Area of errors</source>
        <translation>错误面积</translation>
    </message>
    <message>
        <source>Area of the image without nodata; goes before what the image says.</source>
        <translation>影像除去无数据区后的面积；优先于影像自身的数值。</translation>
    </message>
    <message>
        <source>Area on the ellipsoid</source>
        <translation>椭球面积</translation>
    </message>
    <message>
        <source>As inspected</source>
        <translation>与检查时相同</translation>
    </message>
    <message>
        <source>As the map shows it</source>
        <translation>按当前地图显示</translation>
    </message>
    <message>
        <source>As the model recommends</source>
        <translation>按模型推荐</translation>
    </message>
    <message>
        <source>Asking the worker...</source>
        <translation>正在询问计算进程…</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>换回</translation>
    </message>
    <message>
        <source>Back to the block before</source>
        <translation>返回上一影像块</translation>
    </message>
    <message>
        <source>Bands</source>
        <translation>波段</translation>
    </message>
    <message>
        <source>Bands must be one or three, numbers from 1 on or names, with commas between, not '{text}'.</source>
        <translation>波段应为一个或三个，可用从 1 开始的波段号或名称，用逗号分隔，而不是“{text}”。</translation>
    </message>
    <message>
        <source>Basis</source>
        <translation>依据</translation>
    </message>
    <message>
        <source>beginning</source>
        <translation>起点</translation>
    </message>
    <message>
        <source>Below it the dataset and the day of its figures.</source>
        <translation>下方为评估所用数据集和日期。</translation>
    </message>
    <message>
        <source>Beside each image</source>
        <translation>保存在各影像旁</translation>
    </message>
    <message>
        <source>Beside the image: {name}</source>
        <translation>影像旁：{name}</translation>
    </message>
    <message>
        <source>Block seen: go to the next worst</source>
        <translation>本影像块已查看，转到下一最差影像块</translation>
    </message>
    <message>
        <source>Block sizes (pixels)</source>
        <translation>块大小（像素）</translation>
    </message>
    <message>
        <source>Block sizes must be whole numbers from {least} to {most} with commas between, not '{text}'.</source>
        <translation>块大小必须是 {least} 至 {most} 的整数，用逗号分隔，不能是“{text}”。</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>影像块</translation>
    </message>
    <message>
        <source>Blocks to test on</source>
        <translation>测试影像块数</translation>
    </message>
    <message>
        <source>Blocks to train on</source>
        <translation>训练影像块数</translation>
    </message>
    <message>
        <source>Blocks to train on: {train}; put aside to compare on: {test}.</source>
        <translation>训练影像块：{train}；留作比较的影像块：{test}。</translation>
    </message>
    <message>
        <source>Blocks to train on: {train}; to test on: {test}; with rejected errors: {rejected}</source>
        <translation>训练影像块：{train}；测试影像块：{test}；含误检的影像块：{rejected}</translation>
    </message>
    <message>
        <source>Blocks with rejected errors</source>
        <translation>含误检的影像块数</translation>
    </message>
    <message>
        <source>Blue band</source>
        <translation>蓝波段</translation>
    </message>
    <message>
        <source>Build it anew beside the present one, which stays until the new one works.</source>
        <translation>在现有环境旁重新构建；新环境可用之前，现有环境保持不变。</translation>
    </message>
    <message>
        <source>Build with</source>
        <translation>构建用 Python</translation>
    </message>
    <message>
        <source>By</source>
        <translation>复核人</translation>
    </message>
    <message>
        <source>By the number of errors of each severity, or by the share of the valid area that they cover.</source>
        <translation>按各严重程度的错误个数，或按错误占有效面积的比例。</translation>
    </message>
    <message>
        <source>Choose a file of seamlines</source>
        <translation>选择镶嵌线文件</translation>
    </message>
    <message>
        <source>Choose one band for grey in the first list, or three for red, green and blue.</source>
        <translation>请在第一个列表中选一个波段表示灰度，或选三个波段分别表示红、绿、蓝。</translation>
    </message>
    <message>
        <source>Choose the seamlines to measure.</source>
        <translation>请选择要测量的镶嵌线。</translation>
    </message>
    <message>
        <source>Clean</source>
        <translation>误标</translation>
    </message>
    <message>
        <source>CSV files (*.csv)</source>
        <translation>CSV 文件 (*.csv)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>Cancelled. What is done stays: 'Go on' inspects the rest.</source>
        <translation>已取消。已完成的保留，点“继续”检查其余影像。</translation>
    </message>
    <message>
        <source>Cancelled. {text}</source>
        <translation>已取消。{text}</translation>
    </message>
    <message>
        <source>Cancelled; nothing was changed.</source>
        <translation>已取消，未作任何更改。</translation>
    </message>
    <message>
        <source>Cancelled; nothing was written.</source>
        <translation>已取消，未写入任何文件。</translation>
    </message>
    <message>
        <source>Cancelling...</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Cancelling: what has been found of the images in work is kept...</source>
        <translation>正在取消：正在检查的影像保留已有进度……</translation>
    </message>
    <message>
        <source>Cap</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Change the type</source>
        <translation>更改类型</translation>
    </message>
    <message>
        <source>Change the type; the type it has already confirms the error</source>
        <translation>更改类型；选原类型即为确认</translation>
    </message>
    <message>
        <source>Changed by somebody else and read again: {count} errors.</source>
        <translation>有 {count} 个图斑被他人修改，已重新读取。</translation>
    </message>
    <message>
        <source>Charged</source>
        <translation>计扣</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Check whole image</source>
        <translation>整幅影像检查</translation>
    </message>
    <message>
        <source>Checking {name}...</source>
        <translation>正在检查 {name}…</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>检查项</translation>
    </message>
    <message>
        <source>Checks clipping, brightness, contrast, colour balance and noise of an image.</source>
        <translation>检查影像的截断、亮度、反差、色彩平衡和噪声。</translation>
    </message>
    <message>
        <source>Checks failed: {count}.</source>
        <translation>不符合的检查：{count} 项。</translation>
    </message>
    <message>
        <source>Checks that failed</source>
        <translation>不符合的检查项数</translation>
    </message>
    <message>
        <source>Checks the image as a whole against the European specification for orthoimages.</source>
        <translation>按欧盟正射影像规范检查整幅影像。</translation>
    </message>
    <message>
        <source>Choose a dataset</source>
        <translation>选择数据集</translation>
    </message>
    <message>
        <source>Choose a folder for the results.</source>
        <translation>请选择成果文件夹。</translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation>选择影像文件夹</translation>
    </message>
    <message>
        <source>Choose a folder of reviewed results</source>
        <translation>选择复核结果文件夹</translation>
    </message>
    <message>
        <source>Choose a layer of errors to see its score.</source>
        <translation>请选择错误图层以查看得分。</translation>
    </message>
    <message>
        <source>Choose a model folder</source>
        <translation>选择模型文件夹</translation>
    </message>
    <message>
        <source>Choose a rule first.</source>
        <translation>请先选择一条规则。</translation>
    </message>
    <message>
        <source>Choose all images of the lot</source>
        <translation>选择批内全部影像</translation>
    </message>
    <message>
        <source>Choose all images of the lot: those to inspect are drawn and listed.</source>
        <translation>选择批内全部影像，抽取并列出应检的影像。</translation>
    </message>
    <message>
        <source>Choose at least one error type.</source>
        <translation>请至少选择一种错误类型。</translation>
    </message>
    <message>
        <source>Choose at least one output.</source>
        <translation>请至少选择一项输出。</translation>
    </message>
    <message>
        <source>Choose at most 1000 images: a larger lot is split evenly.</source>
        <translation>最多选择 1000 幅影像：更大的批应均匀分批。</translation>
    </message>
    <message>
        <source>Choose the Python to build with</source>
        <translation>选择用于构建的 Python</translation>
    </message>
    <message>
        <source>Choose the folder with downloaded packages</source>
        <translation>选择存放已下载软件包的文件夹</translation>
    </message>
    <message>
        <source>Choose the worker's Python</source>
        <translation>选择工作环境的 Python</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Classify blocks</source>
        <translation>影像块分类</translation>
    </message>
    <message>
        <source>Click two places along the seam first.</source>
        <translation>请先沿接缝点击两处。</translation>
    </message>
    <message>
        <source>Click inside the error first; Ctrl+click then takes a part away.</source>
        <translation>请先在错误内单击，再用 Ctrl+单击减去一部分。</translation>
    </message>
    <message>
        <source>Colour the blocks by the probability of a type</source>
        <translation>按某一类型的概率为影像块着色</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Comparing the models: block {done} of {total}</source>
        <translation>比较模型：第 {done} 个影像块，共 {total} 个</translation>
    </message>
    <message>
        <source>Comparison as JSON</source>
        <translation>比较结果（JSON）</translation>
    </message>
    <message>
        <source>Composing the report: step {done} of {total}</source>
        <translation>正在编制报告：第 {done} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>Compute with</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Conf.</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>Confidence from</source>
        <translation>置信度不低于</translation>
    </message>
    <message>
        <source>Confidence: how sure the model is</source>
        <translation>置信度：模型的把握程度</translation>
    </message>
    <message>
        <source>Constraint</source>
        <translation>约束方式</translation>
    </message>
    <message>
        <source>Constraint strength (alpha)</source>
        <translation>约束强度 (alpha)</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copied: it fetches packages for Python {version}, which has to build the environment here.</source>
        <translation>已复制：该命令下载适用于 Python {version} 的软件包，本机须用该版本构建环境。</translation>
    </message>
    <message>
        <source>Copied: {place} ({crs})</source>
        <translation>已复制：{place}（{crs}）</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>复制诊断信息</translation>
    </message>
    <message>
        <source>Copy the coordinates of the error</source>
        <translation>复制图斑坐标</translation>
    </message>
    <message>
        <source>Copy the download command</source>
        <translation>复制下载命令</translation>
    </message>
    <message>
        <source>Copy to edit</source>
        <translation>复制并编辑</translation>
    </message>
    <message>
        <source>Copy what RSQI, QGIS and the worker say of themselves, to be sent to whoever helps you.</source>
        <translation>复制 RSQI、QGIS 和计算进程的自身信息，以便发给为您提供帮助的人。</translation>
    </message>
    <message>
        <source>Corrected</source>
        <translation>已修正</translation>
    </message>
    <message>
        <source>Creating the environment with Python {version}...</source>
        <translation>正在用 Python {version} 创建环境…</translation>
    </message>
    <message>
        <source>Cuts the image into overlapping square blocks and gives each the probability, from 0 to 1, of every one of the ten error types. It is the quick first look of the inspection: no outlines, no score.</source>
        <translation>将影像切成相互重叠的方块，并给出每块属于十类错误的概率（0 到 1）。这是检查的快速初览：不勾绘边界，也不评分。</translation>
    </message>
    <message>
        <source>Cuts the images of reviewed results into square blocks with a mask of the errors in them. Only what a person has decided counts: accepted, corrected and added errors are shown as errors, blocks with rejected ones as blocks without. Blocks that an unreviewed error touches are left out.

A share of the blocks is put aside as a test part, on which models are compared later; with five images or more no image is divided between the two. Each GeoPackage names its image; if that has moved, put it beside the GeoPackage.</source>
        <translation>把复核结果对应的影像切成影像块，并生成错误掩膜。只采用人已作出判断的内容：已确认、已修正和漏检补充的错误作为错误样本，含误检图斑的影像块作为无错误样本；未复核图斑触及的影像块不采用。

其中一部分影像块留作测试部分，以后用来比较模型；有五幅或更多影像时，同一幅影像不会分到两个部分。每个 GeoPackage 都记有其影像；影像移动过的，请把它放到 GeoPackage 旁边。</translation>
    </message>
    <message>
        <source>Edges of pixels</source>
        <translation>像素边缘</translation>
    </message>
    <message>
        <source>How far the outlines of region errors may leave the edges of pixels to be smooth and simple; their areas stay within 1 %. 0 keeps the edges of pixels.</source>
        <translation>区域类错误的轮廓为平滑简洁可偏离像素边缘的距离，面积变化不超过 1 %。0 表示沿像素边缘。</translation>
    </message>
    <message>
        <source>Evaluate models</source>
        <translation>评估模型</translation>
    </message>
    <message>
        <source>Figures of the models as JSON</source>
        <translation>各模型的指标（JSON）</translation>
    </message>
    <message>
        <source>How well the outlines fit, from 0 to 1, the mean of the region types.</source>
        <translation>轮廓吻合程度，0 到 1，区域类型的平均。</translation>
    </message>
    <message>
        <source>How well the types are found in blocks, from 0 to 1, their mean.</source>
        <translation>各类型在图块中的发现程度，0 到 1，取平均。</translation>
    </message>
    <message>
        <source>Inspections take {name} again.</source>
        <translation>检查重新使用 {name}。</translation>
    </message>
    <message>
        <source>Looking for seams: window {done} of {total}</source>
        <translation>寻找拼接缝：第 {done} 个窗口，共 {total} 个</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown 文件 (*.md)</translation>
    </message>
    <message>
        <source>Measure all</source>
        <translation>全部评估</translation>
    </message>
    <message>
        <source>Measure all models on the dataset of step 1.</source>
        <translation>在第 1 步的数据集上评估所有模型。</translation>
    </message>
    <message>
        <source>Measures models side by side on a dataset of one's own.</source>
        <translation>在自己的数据集上并列评估多个模型。</translation>
    </message>
    <message>
        <source>Measures one or more models on the test part of a dataset that 'Export training data' wrote: what they mark and outline by type, the pixel rules, one step against two, objects, scores, confusion and calibration, with the worst blocks as pictures. The page is Markdown; its pictures lie beside it.</source>
        <translation>在“导出训练数据”所得数据集的测试部分上评估一个或多个模型：各类型的标记与轮廓、像素规则、一步与两步之比、对象、得分、混淆与校准，并附最差图块的图片。页面为 Markdown，图片在其旁。</translation>
    </message>
    <message>
        <source>Measuring seams: step {done} of {total}</source>
        <translation>测量拼接缝：第 {done} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>Cutting images: {done} of {total}</source>
        <translation>切分影像：第 {done} 个，共 {total} 个</translation>
    </message>
    <message>
        <source>Dataset</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Deductions</source>
        <translation>扣分</translation>
    </message>
    <message>
        <source>Default model</source>
        <translation>默认模型</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Delete the environment from the disk.</source>
        <translation>从磁盘上删除该环境。</translation>
    </message>
    <message>
        <source>Delete what you have drawn</source>
        <translation>删除自己绘制的图斑</translation>
    </message>
    <message>
        <source>Describe errors</source>
        <translation>描述错误</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>描述</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Divides the deductions of B, C and D errors; another value than 1 needs the client's approval.</source>
        <translation>B、C、D 类错误的扣分除以 t；取 1 以外的值须经委托方同意。</translation>
    </message>
    <message>
        <source>Divides the odds of every threshold: 4 finds more errors, and more that are none.</source>
        <translation>各阈值的几率除以此值：取 4 时检出更多，误检也更多。</translation>
    </message>
    <message>
        <source>Doubles the chosen rule.</source>
        <translation>复制所选规则。</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>Draw a missed error</source>
        <translation>绘制漏检图斑</translation>
    </message>
    <message>
        <source>Draw sample...</source>
        <translation>抽样…</translation>
    </message>
    <message>
        <source>Drawing: &lt;b&gt;{name}&lt;/b&gt; · 1-0 type · right click closes · Esc ends</source>
        <translation>正在绘制：&lt;b&gt;{name}&lt;/b&gt; · 1-0 选类型 · 右键闭合 · Esc 结束</translation>
    </message>
    <message>
        <source>Drawn</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>Drawn with the key {key}.</source>
        <translation>抽样代码：{key}。</translation>
    </message>
    <message>
        <source>Earlier results of {name} are kept in a group of the layer panel, hidden: {layers}.</source>
        <translation>{name} 的先前结果保留在图层面板的组中并已隐藏：{layers}。</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Edited by {name}, {time}</source>
        <translation>{name} 修改于 {time}</translation>
    </message>
    <message>
        <source>Editing the outline · saved at once · Esc ends</source>
        <translation>正在编辑轮廓 · 即时保存 · Esc 结束</translation>
    </message>
    <message>
        <source>end</source>
        <translation>终点</translation>
    </message>
    <message>
        <source>End drawing or editing</source>
        <translation>结束绘制或编辑</translation>
    </message>
    <message>
        <source>Enter or a double click opens a result for review; Ctrl+C copies the rows.</source>
        <translation>回车或双击打开结果进行复核；Ctrl+C 复制各行。</translation>
    </message>
    <message>
        <source>Error mask</source>
        <translation>错误掩膜</translation>
    </message>
    <message>
        <source>Error types</source>
        <translation>错误类型</translation>
    </message>
    <message>
        <source>Error {fid}, deduction {points:g}</source>
        <translation>图斑 {fid}，扣分 {points:g}</translation>
    </message>
    <message>
        <source>Error {number} of {total}: what is it?</source>
        <translation>图斑 {number}/{total}：这是什么？</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Errors drawn: {count}</source>
        <translation>抽出图斑 {count} 个</translation>
    </message>
    <message>
        <source>Errors drawn: {drawn}, judged a second time: {done}</source>
        <translation>抽出图斑 {drawn} 个，已二次判定 {done} 个</translation>
    </message>
    <message>
        <source>Errors found: {count}</source>
        <translation>发现错误：{count} 个</translation>
    </message>
    <message>
        <source>Errors found: {count}, charged as {charged}</source>
        <translation>发现错误：{count} 个，计扣 {charged} 个</translation>
    </message>
    <message>
        <source>Errors of one type closer than this count once (m)</source>
        <translation>同类错误间距小于此值按一处计（米）</translation>
    </message>
    <message>
        <source>Errors so far: {count}</source>
        <translation>已发现错误：{count} 个</translation>
    </message>
    <message>
        <source>Errors that are reviewed, of all</source>
        <translation>已复核图斑数／图斑总数</translation>
    </message>
    <message>
        <source>Errors that cost points by severity; neighbours count once, and a type has an upper limit</source>
        <translation>按类别计扣的错漏；相邻的按一处计，每类型有上限</translation>
    </message>
    <message>
        <source>Errors that nobody has decided on; they are left out.</source>
        <translation>尚无人判断的错误；不采用。</translation>
    </message>
    <message>
        <source>Errors to draw</source>
        <translation>抽取图斑数</translation>
    </message>
    <message>
        <source>Every GeoPackage in it and in its subfolders is taken as well.</source>
        <translation>其中及其子文件夹中的每个 GeoPackage 也一并采用。</translation>
    </message>
    <message>
        <source>Every black or white pixel (published rule)</source>
        <translation>所有黑色或白色像素（论文规则）</translation>
    </message>
    <message>
        <source>Every edit is saved at once.</source>
        <translation>每次修改立即保存。</translation>
    </message>
    <message>
        <source>Every inspected block with its probability of each type.</source>
        <translation>每个被检查的块及其属于各类错误的概率。</translation>
    </message>
    <message>
        <source>Every measured line; a GeoPackage of its own holds them anyway.</source>
        <translation>全部测量过的线；单独的 GeoPackage 中已包含。</translation>
    </message>
    <message>
        <source>Export or choose one</source>
        <translation>导出或选择一个</translation>
    </message>
    <message>
        <source>Export the scoring scheme</source>
        <translation>导出评分方案</translation>
    </message>
    <message>
        <source>Export training data</source>
        <translation>导出训练数据</translation>
    </message>
    <message>
        <source>Export...</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Extent to inspect</source>
        <translation>检查范围</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>False alarms</source>
        <translation>误检</translation>
    </message>
    <message>
        <source>Fetching packages...</source>
        <translation>正在获取软件包…</translation>
    </message>
    <message>
        <source>Fetching packages: {name}</source>
        <translation>正在获取软件包：{name}</translation>
    </message>
    <message>
        <source>Fetching packages: {name}, {done} of {total} MB</source>
        <translation>正在获取软件包：{name}，{done} / {total} MB</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Files cannot be written ({what}): close other QGIS windows and virus scans, then try again.</source>
        <translation>无法写入文件（{what}）：请关闭其他 QGIS 窗口和病毒扫描，然后重试。</translation>
    </message>
    <message>
        <source>Files, lists</source>
        <translation>文件、清单</translation>
    </message>
    <message>
        <source>Find missing pixels</source>
        <translation>查找像素缺失</translation>
    </message>
    <message>
        <source>Find stripe noise</source>
        <translation>查找条状噪声</translation>
    </message>
    <message>
        <source>Finds pixels that are black or white because their values are lost.</source>
        <translation>查找因数值丢失而变黑或变白的像素。</translation>
    </message>
    <message>
        <source>Finds pixels whose values are lost: black or white spots, lines and holes inside the image. Nodata at the edge of the image and naturally dark or bright surfaces are left alone by the sturdier rule; the published rule marks every pixel that is wholly black (0, 0, 0) or white (255, 255, 255).</source>
        <translation>查找数值丢失的像素：影像内部的黑色或白色斑点、线条和空洞。较稳健的规则不理会影像边缘的无数据区以及天然很暗或很亮的地表；论文规则标出所有全黑 (0, 0, 0) 或全白 (255, 255, 255) 的像素。</translation>
    </message>
    <message>
        <source>Finds quality errors of ten types in an image and scores it.</source>
        <translation>查找影像中的十类质量错误并评分。</translation>
    </message>
    <message>
        <source>Finds thin stripes that a sensor or a transmission left in the image.</source>
        <translation>查找传感器或传输过程在影像中留下的细条纹。</translation>
    </message>
    <message>
        <source>Finds thin stripes that a sensor or a transmission left in the image. The sturdier rule looks in every direction for lines that are brighter or darker than both sides; the published rule thresholds each colour channel by Otsu's method after raising the saturation and keeps long, narrow components.</source>
        <translation>查找传感器或传输过程在影像中留下的细条纹。较稳健的规则在各个方向上寻找比两侧更亮或更暗的线；论文规则在提高饱和度后对每个颜色通道作 Otsu 阈值分割，并保留细长的连通区域。</translation>
    </message>
    <message>
        <source>Fine-tune a model</source>
        <translation>微调模型</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Folder for the results</source>
        <translation>成果文件夹</translation>
    </message>
    <message>
        <source>Folder of images</source>
        <translation>影像文件夹</translation>
    </message>
    <message>
        <source>Folder of reviewed results</source>
        <translation>复核结果文件夹</translation>
    </message>
    <message>
        <source>Follow a missed seam</source>
        <translation>沿漏检的接缝追踪</translation>
    </message>
    <message>
        <source>Follow the seam</source>
        <translation>追踪接缝</translation>
    </message>
    <message>
        <source>Following the seam · click along it · Enter takes it · Backspace: one point back · Esc ends</source>
        <translation>追踪接缝 · 沿接缝点击 · 回车采用 · 退格撤回一点 · Esc 结束</translation>
    </message>
    <message>
        <source>For a computer without the internet: a folder of packages that were downloaded on another computer.</source>
        <translation>用于不联网的计算机：存放在另一台计算机上下载的软件包的文件夹。</translation>
    </message>
    <message>
        <source>General</source>
        <translation>总则</translation>
    </message>
    <message>
        <source>GeoPackage (*.gpkg)</source>
        <translation>GeoPackage (*.gpkg)</translation>
    </message>
    <message>
        <source>GeoPackages of images that were only looked over.</source>
        <translation>只作概查的影像的 GeoPackage。</translation>
    </message>
    <message>
        <source>GeoPackages that inspections of images of this lot wrote.</source>
        <translation>检查本批影像所得的 GeoPackage。</translation>
    </message>
    <message>
        <source>Gets a GeoPackage for each image, and lot.html, lot.xlsx and lot.csv.</source>
        <translation>每幅影像一个 GeoPackage，另有 lot.html、lot.xlsx 和 lot.csv。</translation>
    </message>
    <message>
        <source>Give reviewed layers of errors, or a folder of them.</source>
        <translation>请给出复核过的错误图层，或存放它们的文件夹。</translation>
    </message>
    <message>
        <source>Give the image, or its valid area and pixel size.</source>
        <translation>请给出影像，或其有效面积和像素大小。</translation>
    </message>
    <message>
        <source>Give the image: the layer does not say how large it is.</source>
        <translation>请给出影像：图层没有说明影像的大小。</translation>
    </message>
    <message>
        <source>Gives every block of an image the probability of each error type.</source>
        <translation>给出影像每一块属于各类错误的概率。</translation>
    </message>
    <message>
        <source>Gives every error of a layer its severity and penalty by a scoring scheme, and the image its score and grade. Areas are measured anew, so edited outlines count as they are now; errors whose status is 'rejected' do not count.

The GeoPackage of an inspection tells the size of its image. For any other layer give the image, from which the valid area and the pixel size are taken, or give both as numbers; the image is then taken to be square.</source>
        <translation>按评分方案给出图层中每个图斑的错漏类别和扣分，以及影像的得分和等级。面积重新量算，因此修改过的轮廓按现状计；状态为误检（rejected）的图斑不计。

检查所得的 GeoPackage 已记录影像的大小。其他图层须给出影像，从中取得有效面积和像素大小；或直接给出这两个数值，此时把影像视为正方形。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Go on training</source>
        <translation>继续训练</translation>
    </message>
    <message>
        <source>Go on with an interrupted inspection</source>
        <translation>继续中断的检查</translation>
    </message>
    <message>
        <source>Go on with the present environment.</source>
        <translation>继续使用现有环境。</translation>
    </message>
    <message>
        <source>Going on from step {step}.</source>
        <translation>从第 {step} 步继续。</translation>
    </message>
    <message>
        <source>Grade</source>
        <translation>等级</translation>
    </message>
    <message>
        <source>Grade of the lot</source>
        <translation>批等级</translation>
    </message>
    <message>
        <source>Grade of the lot: {grade}</source>
        <translation>批等级：{grade}</translation>
    </message>
    <message>
        <source>Green band</source>
        <translation>绿波段</translation>
    </message>
    <message>
        <source>HTML</source>
        <translation>HTML</translation>
    </message>
    <message>
        <source>HTML files (*.html)</source>
        <translation>HTML 文件 (*.html)</translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation>热力图</translation>
    </message>
    <message>
        <source>Hide all marks as long as the key is down</source>
        <translation>按住时隐藏所有标记</translation>
    </message>
    <message>
        <source>Hides less certain errors in the list and on the map. The score is not affected.</source>
        <translation>在列表和地图上隐藏置信度较低的图斑，不影响得分。</translation>
    </message>
    <message>
        <source>How many images the lot has of which these are a sample; empty means that they are all of it.</source>
        <translation>这些影像为样本时，批量为多少幅；留空表示它们就是整批。</translation>
    </message>
    <message>
        <source>How many images the lot has.</source>
        <translation>该批的影像数。</translation>
    </message>
    <message>
        <source>How often an image is tried again whose worker died.</source>
        <translation>工作进程意外终止时，该影像重试的次数。</translation>
    </message>
    <message>
        <source>How often every block is shown.</source>
        <translation>每个影像块展示的次数。</translation>
    </message>
    <message>
        <source>How the types that a block was classified as constrain its segmentation.</source>
        <translation>块的分类结果如何约束其分割结果。</translation>
    </message>
    <message>
        <source>How well the outlines fit, from 0 to 1: common area over joint area.</source>
        <translation>轮廓吻合程度，0 到 1：相交面积与相并面积之比。</translation>
    </message>
    <message>
        <source>How well the type is found in blocks, from 0 to 1; misses and false alarms lower it.</source>
        <translation>按影像块找到该类型的程度，0 到 1；漏检和误检使其降低。</translation>
    </message>
    <message>
        <source>If an inspection of the same image with the same choices into the same GeoPackage was cut off, go on where it stopped.</source>
        <translation>如果对同一影像、以相同选项、保存到同一 GeoPackage 的检查被中断，则从中断处继续。</translation>
    </message>
    <message>
        <source>If you see an error on the map, draw it: then the list appears.</source>
        <translation>若在地图上看到错误，请勾绘，随后即显示列表。</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>Image files, and lists of them: TXT, CSV, GeoPackage and other vector files, STAC.</source>
        <translation>影像文件，或影像清单：TXT、CSV、GeoPackage 等矢量文件、STAC。</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>影像</translation>
    </message>
    <message>
        <source>Images done: {done} of {total}</source>
        <translation>已完成影像 {done}/{total}</translation>
    </message>
    <message>
        <source>Images in the lot</source>
        <translation>批量（幅）</translation>
    </message>
    <message>
        <source>Images inspected</source>
        <translation>已检影像数</translation>
    </message>
    <message>
        <source>Images inspected before</source>
        <translation>此前已检查的影像数</translation>
    </message>
    <message>
        <source>Images of the lot</source>
        <translation>批内影像</translation>
    </message>
    <message>
        <source>Images that failed</source>
        <translation>检查失败的影像数</translation>
    </message>
    <message>
        <source>Images to inspect</source>
        <translation>应检影像数</translation>
    </message>
    <message>
        <source>Images, or lists of images</source>
        <translation>影像或影像清单</translation>
    </message>
    <message>
        <source>Images: {count}</source>
        <translation>影像：{count} 幅</translation>
    </message>
    <message>
        <source>Images: {total}, inspected: {inspected}, reviewed: {reviewed}</source>
        <translation>影像 {total} 幅，已检查 {inspected} 幅，已复核 {reviewed} 幅</translation>
    </message>
    <message>
        <source>Import a scoring scheme</source>
        <translation>导入评分方案</translation>
    </message>
    <message>
        <source>Import...</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>In brackets: how many blocks of the test part show it.</source>
        <translation>括号内为测试部分中出现该类型的影像块数。</translation>
    </message>
    <message>
        <source>In sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>In the map view</source>
        <translation>仅地图视图内</translation>
    </message>
    <message>
        <source>In the sample: inspected in detail. Else only looked over: passes with no A and at most 3 B errors.</source>
        <translation>勾选为样本，已详查；不勾选为概查：无 A 类且 B 类不超过 3 个为合格。</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Inspect a lot: {name}</source>
        <translation>批量检查：{name}</translation>
    </message>
    <message>
        <source>Inspect image</source>
        <translation>影像质检</translation>
    </message>
    <message>
        <source>Inspect layer</source>
        <translation>检查图层</translation>
    </message>
    <message>
        <source>Inspect many images</source>
        <translation>批量检查影像</translation>
    </message>
    <message>
        <source>Inspect the parts of mosaics one by one</source>
        <translation>逐一检查镶嵌影像的各部分</translation>
    </message>
    <message>
        <source>Inspect {name}</source>
        <translation>检查 {name}</translation>
    </message>
    <message>
        <source>Inspect {needed} of the {size} images in detail.</source>
        <translation>{size} 幅影像中应详查 {needed} 幅。</translation>
    </message>
    <message>
        <source>Inspected as it is set on the page Inspect.</source>
        <translation>检查参数同“检查”页的设置。</translation>
    </message>
    <message>
        <source>Inspected: {done}, done before: {skipped}, failed: {failed}.</source>
        <translation>已检查 {done} 幅，此前已完成 {skipped} 幅，失败 {failed} 幅。</translation>
    </message>
    <message>
        <source>Inspected: {done}, errors: {errors}</source>
        <translation>已检查 {done} 幅，错误 {errors} 个</translation>
    </message>
    <message>
        <source>Inspecting: block {done} of {total}</source>
        <translation>正在检查：第 {done} 块，共 {total} 块</translation>
    </message>
    <message>
        <source>Inspections take this model from now on. Any other can be chosen again.</source>
        <translation>今后的检查使用此模型。随时可以重新选择其他模型。</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>检查者</translation>
    </message>
    <message>
        <source>Inspects all images of a folder, of a pattern or of lists, each into a GeoPackage of its own in the output folder, as 'Inspect image' writes it, and reports on the lot: sampling plan, score and grade of each image, the verdict on the lot, and a map of the images coloured by grade, the worst first.

Lists are text or CSV files, vector files with a field location, raster or path (as gdaltindex writes them), and STAC ItemCollections (.json).

An image that cannot be inspected stops no other. What is done with the same image, model and parameters is not done again: a run that was cancelled, or whose computer went off, goes on where it stopped when it is started again with the same values, and so does one to which images were added.</source>
        <translation>检查文件夹、通配符或清单中的全部影像，每幅影像在成果文件夹中得到一个 GeoPackage（同“检查影像”的成果），并生成批质量报告：抽样方案、每幅影像的得分与等级、批判定、按等级着色的影像分布图，由差到好排列。

清单可以是文本或 CSV 文件、含 location、raster 或 path 字段的矢量文件（如 gdaltindex 所写），以及 STAC ItemCollection（.json）。

一幅影像检查失败不影响其他影像。影像、模型和参数相同的不会重复检查：被取消或因断电中断后，用相同的参数再次运行即从中断处继续；增加影像后也是如此。</translation>
    </message>
    <message>
        <source>Inspects an image for cloud, shadow, stretching blur, blur, spectral overflow, distortion, stitching traces, stitching misalignment, stripe noise and missing pixels. The errors come out as polygons in the image's coordinate system, with type, confidence, area, severity and penalty; the image gets a score and a grade. Nodata and transparent pixels are left out of every area and of the score.

Saved to a GeoPackage of its own, the result is complete: the errors with their style, the blocks with the probability of each type, and a summary.

The work is done by RSQI's own Python environment; cancelling stops it at once and leaves nothing behind.</source>
        <translation>检查影像中的云、阴影、拉花、模糊、光谱溢出、扭曲、拼接痕迹、拼接错误、条状噪声和像素缺失。错误以多边形给出，采用影像的坐标系，带有类型、置信度、面积、严重程度和扣分；影像得到得分和等级。无数据和透明像素不计入任何面积和得分。

结果单独保存为一个 GeoPackage 时是完整的：带样式的错误、带各类型概率的块，以及一份汇总。

计算在 RSQI 自己的 Python 环境中进行；取消会立即停止，不留下任何文件。</translation>
    </message>
    <message>
        <source>Inspects many images into one folder by several workers, and reports on the lot.</source>
        <translation>用多个工作进程检查多幅影像，成果存入一个文件夹，并生成批质量报告。</translation>
    </message>
    <message>
        <source>Inspects what is not inspected yet, and writes the report on the lot: {count} images wait.</source>
        <translation>检查尚未检查的影像并生成批质量报告：待检查 {count} 幅。</translation>
    </message>
    <message>
        <source>Install Python 3.12 from python.org (64 bits, for this user), then press the button again.</source>
        <translation>请从 python.org 安装 Python 3.12（64 位，仅当前用户），然后再次点击按钮。</translation>
    </message>
    <message>
        <source>Install Python 3.12 from python.org, then press the button again.</source>
        <translation>请从 python.org 安装 Python 3.12，然后再次点击按钮。</translation>
    </message>
    <message>
        <source>Install the packages python3-venv and python3-pip of your system, then press the button again.</source>
        <translation>请安装系统软件包 python3-venv 和 python3-pip，然后再次点击按钮。</translation>
    </message>
    <message>
        <source>Intermediate</source>
        <translation>折中</translation>
    </message>
    <message>
        <source>Is the new model better? (1 or 0)</source>
        <translation>新模型是否更好（1 或 0）</translation>
    </message>
    <message>
        <source>Isolated black or white pixels</source>
        <translation>孤立的黑色或白色像素</translation>
    </message>
    <message>
        <source>It cannot be brought back: {reason}</source>
        <translation>无法恢复：{reason}</translation>
    </message>
    <message>
        <source>It cannot be removed, as it is in use: {reason}</source>
        <translation>环境正在使用，无法移除：{reason}</translation>
    </message>
    <message>
        <source>It works: a block of 512 px took {time} ms on {device} ({provider}).</source>
        <translation>运行正常：一个 512 像素的分块在{device}（{provider}）上用时 {time} 毫秒。</translation>
    </message>
    <message>
        <source>Its Python is gone or it was not finished, perhaps because QGIS was updated. Repairing builds it anew.</source>
        <translation>其中的 Python 已不存在或构建未完成，可能是因为 QGIS 已更新。修复会重新构建环境。</translation>
    </message>
    <message>
        <source>Judge a lot of images</source>
        <translation>批质量判定</translation>
    </message>
    <message>
        <source>Judge the lot</source>
        <translation>判定整批</translation>
    </message>
    <message>
        <source>Judge those that wait</source>
        <translation>判定待判图斑</translation>
    </message>
    <message>
        <source>Judged by two: {count}, alike: {equal:.0%}, Cohen's kappa: {kappa}</source>
        <translation>两人均判定 {count} 个，一致率 {equal:.0%}，Cohen's kappa {kappa}</translation>
    </message>
    <message>
        <source>Keep the scale: only move the map from error to error</source>
        <translation>保持比例尺：在图斑之间只平移地图</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Language of the report</source>
        <translation>报告语言</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>稍后</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Layers from GeoPackages that inspections wrote.</source>
        <translation>检查所写 GeoPackage 中的图层。</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>勾画</translation>
    </message>
    <message>
        <source>Outline a missed error by a click inside it</source>
        <translation>在漏检错误内单击，自动勾画轮廓</translation>
    </message>
    <message>
        <source>Outlining: &lt;b&gt;{name}&lt;/b&gt; · click adds, Ctrl+click takes away · 1-0 type · Enter takes it · Esc ends</source>
        <translation>勾画：&lt;b&gt;{name}&lt;/b&gt; · 单击增加，Ctrl+单击减去 · 1-0 类型 · Enter 采用 · Esc 结束</translation>
    </message>
    <message>
        <source>Show another image or date side by side</source>
        <translation>并排显示另一影像或时相</translation>
    </message>
    <message>
        <source>Show the outlines of the errors here as well</source>
        <translation>此处也显示错误轮廓</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排对比</translation>
    </message>
    <message>
        <source>The image or date that is shown beside</source>
        <translation>旁边显示的影像或时相</translation>
    </message>
    <message>
        <source>The image that was inspected is not found, so that nothing can be outlined in it.</source>
        <translation>找不到被检查的影像，无法勾画。</translation>
    </message>
    <message>
        <source>Tolerance of outlines (pixels)</source>
        <translation>轮廓容差（像素）</translation>
    </message>
    <message>
        <source>left, {n} px</source>
        <translation>左 {n} 像素</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Let the name of the shapefile {path} end in .shp.</source>
        <translation>Shapefile 的文件名 {path} 须以 .shp 结尾。</translation>
    </message>
    <message>
        <source>Let the name of {path} end in {ending}.</source>
        <translation>请让 {path} 的文件名以 {ending} 结尾。</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>限值</translation>
    </message>
    <message>
        <source>Lines, or polygons that meet along the seams; another coordinate system is reprojected.</source>
        <translation>线，或沿接缝相邻的面；坐标系不同时自动转换。</translation>
    </message>
    <message>
        <source>Lists only errors in the map view, as you move it. Going from error to error does not change the list.</source>
        <translation>只列出地图视图内的图斑，随地图移动而更新；在图斑之间跳转不会改变列表。</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Looking for a Python...</source>
        <translation>正在查找 Python…</translation>
    </message>
    <message>
        <source>Loss {value}</source>
        <translation>损失 {value}</translation>
    </message>
    <message>
        <source>Loss: how far the model is from the reviewed errors that it learns from. Score: how well it does on blocks that were set aside, from 0 to 1.</source>
        <translation>损失：模型与所学的复核错误相差多少。得分：模型在预留影像块上的表现，0 到 1。</translation>
    </message>
    <message>
        <source>Lot</source>
        <translation>批</translation>
    </message>
    <message>
        <source>Lot {name}</source>
        <translation>批 {name}</translation>
    </message>
    <message>
        <source>Lowering</source>
        <translation>只降低</translation>
    </message>
    <message>
        <source>Makes a scheme of your own of this one.</source>
        <translation>以此为基础建立自己的方案。</translation>
    </message>
    <message>
        <source>Making polygons: {done} of {total}</source>
        <translation>正在生成多边形：{done}/{total}</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Mean F1 of the new model</source>
        <translation>新模型的平均 F1</translation>
    </message>
    <message>
        <source>Mean F1 of the old model</source>
        <translation>原模型的平均 F1</translation>
    </message>
    <message>
        <source>Mean F1 over the types {old:.3f} → {new:.3f} on {blocks} blocks that training has not seen; clean blocks marked {before:.0%} → {after:.0%}.</source>
        <translation>在训练从未见过的 {blocks} 个影像块上，各类型平均 F1 {old:.3f} → {new:.3f}；无错误影像块被标出的比例 {before:.0%} → {after:.0%}。</translation>
    </message>
    <message>
        <source>Mean score of the lot</source>
        <translation>批平均分</translation>
    </message>
    <message>
        <source>Mean score of the sample</source>
        <translation>样本平均得分</translation>
    </message>
    <message>
        <source>Mean score {mean:.1f}; good or better {good:.0%}, excellent {excellent:.0%}.</source>
        <translation>平均得分 {mean:.1f}；优良品率 {good:.0%}，优级品率 {excellent:.0%}。</translation>
    </message>
    <message>
        <source>Mean tone across the seam, from its left to its right; dashed: the mean of each side.</source>
        <translation>垂直于接缝的平均色调，从左到右；虚线为两侧均值。</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Measure seams</source>
        <translation>测量接缝</translation>
    </message>
    <message>
        <source>Measure seams of {name}</source>
        <translation>测量 {name} 的接缝</translation>
    </message>
    <message>
        <source>Measures an image along given seamlines, such as mosaicking software writes them: the step in tone, the sharpness of both sides and how far they are displaced against each other. Where the sides are displaced by a pixel or more, the line is stitching misalignment, else a stitching trace; a line that does not show is no error. The errors are bands along the lines, scored by the measures.

Polygons, such as footprints of photos, give the lines where they meet. No model is needed.

Saved to a GeoPackage of its own, the result is complete: errors, seams, their styles and a summary.</source>
        <translation>沿给定的镶嵌线（如镶嵌软件输出的接缝线）测量影像：两侧的色差、清晰度之比以及相互错位。两侧错位达到一个像素及以上为拼接错误，否则为拼接痕迹；看不出的接缝不算错误。错误图斑为沿线的条带，按测量值评分。

给出面（如像片有效范围）时，取相邻面的公共边为接缝。无需模型。

保存为单独的 GeoPackage 时成果完整：错误、接缝、样式与汇总。</translation>
    </message>
    <message>
        <source>Measures an image as a whole and compares it with the limits of the European specification for orthoimages (LPIS): clipped pixels at either end of the histogram, its peak, contrast, colour balance on greyish pixels, and the ratio of signal to noise in uniform areas. With the errors of an inspection the share of cloud is checked too.

Pixels are read at full resolution. Of an image of more than 100 megapixels evenly spread parts are looked at; the log says how much.</source>
        <translation>量测整幅影像，并与欧盟正射影像规范（LPIS）的限值比较：直方图两端的截断像素、直方图峰值、反差、灰色像素上的色彩平衡、均匀区域的信噪比。给出检查所得的错误图层时，还检查云覆盖率。

按原始分辨率读取像素；超过 1 亿像素的影像只检查均匀分布的一部分，日志中注明比例。</translation>
    </message>
    <message>
        <source>Measures step and displacement along the seamlines of a mosaic.</source>
        <translation>沿镶嵌线测量两侧的色差与错位。</translation>
    </message>
    <message>
        <source>Measuring seams: {done} of {total}</source>
        <translation>正在测量接缝：{done} / {total}</translation>
    </message>
    <message>
        <source>Measuring the models: block {done} of {total}</source>
        <translation>正在评估模型：第 {done} 块，共 {total} 块</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Merge the selected errors</source>
        <translation>合并所选图斑</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model's own</source>
        <translation>模型自带</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Move the seam</source>
        <translation>移动接缝</translation>
    </message>
    <message>
        <source>Move the vertices of the outline</source>
        <translation>移动轮廓节点</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>No drawn error waits for you.</source>
        <translation>没有待您判定的抽出图斑。</translation>
    </message>
    <message>
        <source>No error (X)</source>
        <translation>不是错误 (X)</translation>
    </message>
    <message>
        <source>No verdict on the lot yet.</source>
        <translation>尚不能判定整批。</translation>
    </message>
    <message>
        <source>Not inspected</source>
        <translation>未检查</translation>
    </message>
    <message>
        <source>Not reviewed</source>
        <translation>未复核</translation>
    </message>
    <message>
        <source>No block has an outline to learn from: the segmenter stays as it is.</source>
        <translation>没有可供学习的轮廓：分割模型保持原样。</translation>
    </message>
    <message>
        <source>in use; {told}</source>
        <translation>使用中；{told}</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>尚未评估</translation>
    </message>
    <message>
        <source>not measured: nothing crosses the line</source>
        <translation>无法测量：没有地物跨越接缝</translation>
    </message>
    <message>
        <source>Number of displaced seams</source>
        <translation>错位接缝数</translation>
    </message>
    <message>
        <source>Number of seams</source>
        <translation>接缝数</translation>
    </message>
    <message>
        <source>NVIDIA GPU (CUDA)</source>
        <translation>NVIDIA 显卡 (CUDA)</translation>
    </message>
    <message>
        <source>Name (Chinese)</source>
        <translation>名称（中文）</translation>
    </message>
    <message>
        <source>Name (English)</source>
        <translation>名称（英文）</translation>
    </message>
    <message>
        <source>New model</source>
        <translation>新模型</translation>
    </message>
    <message>
        <source>New name</source>
        <translation>新名称</translation>
    </message>
    <message>
        <source>Next block</source>
        <translation>下一块</translation>
    </message>
    <message>
        <source>Next error</source>
        <translation>下一图斑</translation>
    </message>
    <message>
        <source>Next unreviewed error</source>
        <translation>下一未复核图斑</translation>
    </message>
    <message>
        <source>No Chinese font is installed: the PDF cannot show Chinese. Install one.</source>
        <translation>未安装中文字体，PDF 无法显示中文：请安装一种中文字体。</translation>
    </message>
    <message>
        <source>No Python that RSQI can use was found. {remedy}</source>
        <translation>没有找到 RSQI 可用的 Python。{remedy}</translation>
    </message>
    <message>
        <source>No dataset has been exported yet.</source>
        <translation>尚未导出数据集。</translation>
    </message>
    <message>
        <source>No errors were found: there is nothing to review.</source>
        <translation>未发现错误，无需复核。</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>无文件夹</translation>
    </message>
    <message>
        <source>No image could be inspected.</source>
        <translation>没有影像能够检查。</translation>
    </message>
    <message>
        <source>No score: nothing was inspected.</source>
        <translation>不予评分：未检查任何内容。</translation>
    </message>
    <message>
        <source>No verdict yet: {count} more to inspect.</source>
        <translation>尚不能判定：还须检查 {count} 幅。</translation>
    </message>
    <message>
        <source>Nobody has compared this model with another one.</source>
        <translation>该模型尚未与其他模型比较过。</translation>
    </message>
    <message>
        <source>Nodata value</source>
        <translation>无数据值</translation>
    </message>
    <message>
        <source>None</source>
        <translation>全不选</translation>
    </message>
    <message>
        <source>Not covered by this score: {names}.</source>
        <translation>本得分不包括：{names}。</translation>
    </message>
    <message>
        <source>Not enough space on the disk: about {size} GB are needed where the QGIS profile lies.</source>
        <translation>磁盘空间不足：QGIS 配置文件夹所在磁盘需要约 {size} GB。</translation>
    </message>
    <message>
        <source>Not inspected, as the model does not see these well enough: {types}.</source>
        <translation>未检查（模型对这些类型识别得不够好）：{types}。</translation>
    </message>
    <message>
        <source>Not inspected: {names}.</source>
        <translation>未检查：{names}。</translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation>未量测</translation>
    </message>
    <message>
        <source>Notes: {count}, the last: {text}</source>
        <translation>提示 {count} 条，最后一条：{text}</translation>
    </message>
    <message>
        <source>Nothing in {name} has been decided yet.</source>
        <translation>{name} 中尚无任何判断。</translation>
    </message>
    <message>
        <source>A later inspection of the same image takes its place: a dataset takes one only.</source>
        <translation>同一影像有更新的检查结果，数据集只采用一份。</translation>
    </message>
    <message>
        <source>Number of blocks</source>
        <translation>块数</translation>
    </message>
    <message>
        <source>Number of errors</source>
        <translation>错误个数</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Offline folder</source>
        <translation>离线文件夹</translation>
    </message>
    <message>
        <source>Offset</source>
        <translation>错位</translation>
    </message>
    <message>
        <source>One a line, such as D:/2026/**/*.tif, where ** stands for any folders.</source>
        <translation>每行一个，如 D:/2026/**/*.tif，** 表示任意层文件夹。</translation>
    </message>
    <message>
        <source>One band for grey or three for red, green, blue: 4,3,2 or red,green,blue; empty: as each image says.</source>
        <translation>灰度给一个波段，红绿蓝给三个：4,3,2 或 red,green,blue；留空则按各影像自身的说明。</translation>
    </message>
    <message>
        <source>One band for grey, or three in the order red, green, blue, which dragging changes in the list; none means what the image itself says. Scripts may give a text as well: 4,3,2 or red,green,blue.</source>
        <translation>一个波段表示灰度，三个按红、绿、蓝的顺序，可在列表中拖动调整；不选则按影像自身的说明。脚本中也可写成文本：4,3,2 或 red,green,blue。</translation>
    </message>
    <message>
        <source>One layer</source>
        <translation>单个图层</translation>
    </message>
    <message>
        <source>One polygon for each error.</source>
        <translation>每个错误一个多边形。</translation>
    </message>
    <message>
        <source>One row a check: value, limits and result.</source>
        <translation>每项检查一行：值、限值和结果。</translation>
    </message>
    <message>
        <source>One row an image: score, grade and errors by severity.</source>
        <translation>每幅影像一行：得分、等级和各类错漏数。</translation>
    </message>
    <message>
        <source>Only pixels inside these polygons are inspected, measured and scored; empty means all.</source>
        <translation>只检查、量算和评分这些面内的像素；留空表示全部。</translation>
    </message>
    <message>
        <source>Only these types are looked for and scored.</source>
        <translation>只查找这些类型并评分。</translation>
    </message>
    <message>
        <source>Only this part of the image is inspected; empty means all of it.</source>
        <translation>只检查影像的这一部分；留空则检查整幅影像。</translation>
    </message>
    <message>
        <source>Only what was drawn can be deleted: reject what the inspection has found.</source>
        <translation>只能删除人工绘制的图斑；检查发现的请用“否定”。</translation>
    </message>
    <message>
        <source>Open as long as an error is not reviewed</source>
        <translation>有未复核的图斑时为“待定”</translation>
    </message>
    <message>
        <source>Opens the chosen image for review (Enter)</source>
        <translation>打开所选影像进行复核（回车）</translation>
    </message>
    <message>
        <source>Oriented lines</source>
        <translation>定向线条</translation>
    </message>
    <message>
        <source>Otherwise</source>
        <translation>其余</translation>
    </message>
    <message>
        <source>Otsu threshold (published rule)</source>
        <translation>Otsu 阈值（论文规则）</translation>
    </message>
    <message>
        <source>Out of memory</source>
        <translation>内存不足</translation>
    </message>
    <message>
        <source>Out of memory: close other programs, then try again.</source>
        <translation>内存不足：请关闭其他程序后重试。</translation>
    </message>
    <message>
        <source>Outlines that count: all but the rejected ones</source>
        <translation>计入的图斑：误检除外</translation>
    </message>
    <message>
        <source>Overlap of blocks</source>
        <translation>块重叠度</translation>
    </message>
    <message>
        <source>Overwrite</source>
        <translation>覆盖</translation>
    </message>
    <message>
        <source>Own</source>
        <translation>自定义</translation>
    </message>
    <message>
        <source>Rank of LoRA</source>
        <translation>LoRA 的秩</translation>
    </message>
    <message>
        <source>Of Hugging Face checkpoints: low-rank matrices that are trained with the head instead of all weights; 0 trains all weights.</source>
        <translation>用于 Hugging Face 检查点：只训练低秩矩阵和输出头，不训练全部权重；0 为训练全部权重。</translation>
    </message>
    <message>
        <source>Train small matrices only (LoRA)</source>
        <translation>只训练小矩阵（LoRA）</translation>
    </message>
    <message>
        <source>Needs less memory: low-rank matrices and the head learn, not all weights.</source>
        <translation>占用内存较少：只有低秩矩阵和输出头学习，不是全部权重。</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>PDF files (*.pdf)</source>
        <translation>PDF 文件 (*.pdf)</translation>
    </message>
    <message>
        <source>PDF, to sign</source>
        <translation>PDF（签署用）</translation>
    </message>
    <message>
        <source>Package index</source>
        <translation>软件源</translation>
    </message>
    <message>
        <source>Partly reviewed</source>
        <translation>部分复核</translation>
    </message>
    <message>
        <source>Passes</source>
        <translation>遍历次数</translation>
    </message>
    <message>
        <source>Passes over the data</source>
        <translation>遍历数据的次数</translation>
    </message>
    <message>
        <source>Paths are too long: allow long paths in Windows, or use a shorter profile folder.</source>
        <translation>路径过长：请在 Windows 中允许长路径，或使用路径较短的配置文件夹。</translation>
    </message>
    <message>
        <source>Patterns</source>
        <translation>通配符</translation>
    </message>
    <message>
        <source>Pixel size</source>
        <translation>像素大小</translation>
    </message>
    <message>
        <source>Pixel size (m)</source>
        <translation>像素大小 (m)</translation>
    </message>
    <message>
        <source>Pixel size of a layer that is no file</source>
        <translation>非文件图层的像素大小</translation>
    </message>
    <message>
        <source>Pixels with this value in all bands are left out, besides what the image itself declares; empty means that such a value is looked for.</source>
        <translation>除影像自身声明的无数据外，所有波段均为该值的像素也不参与检查；留空表示自动查找这样的值。</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>扣分</translation>
    </message>
    <message>
        <source>Points deducted</source>
        <translation>所扣分数</translation>
    </message>
    <message>
        <source>Points for an error of severity {severity}</source>
        <translation>{severity} 类错漏每处扣分</translation>
    </message>
    <message>
        <source>Polygons to inspect</source>
        <translation>检查范围面</translation>
    </message>
    <message>
        <source>Pool of backgrounds</source>
        <translation>背景库</translation>
    </message>
    <message>
        <source>Previous error</source>
        <translation>上一图斑</translation>
    </message>
    <message>
        <source>Probability above which a block has an error type.</source>
        <translation>块被判为某类错误的概率下限。</translation>
    </message>
    <message>
        <source>Probability above which a block has an error type; empty means the model's own, one for each type.</source>
        <translation>概率高于此值即认为该块含有该类错误；留空则使用模型自带的各类阈值。</translation>
    </message>
    <message>
        <source>Probability threshold</source>
        <translation>概率阈值</translation>
    </message>
    <message>
        <source>Probability threshold t</source>
        <translation>概率阈值 t</translation>
    </message>
    <message>
        <source>Probability: {name}</source>
        <translation>概率：{name}</translation>
    </message>
    <message>
        <source>Processes that inspect side by side and share the processor's cores; each needs memory of its own.</source>
        <translation>同时检查的进程数，共用处理器核心；每个进程都占用内存。</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>处理器 (CPU)</translation>
    </message>
    <message>
        <source>Python {version} is too old, 3.10 is needed</source>
        <translation>Python {version} 过旧，需要 3.10 以上</translation>
    </message>
    <message>
        <source>QGIS's Python</source>
        <translation>QGIS 的 Python</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>RSQI review: {text}</source>
        <translation>RSQI 复核：{text}</translation>
    </message>
    <message>
        <source>R {red}, G {green}, B {blue}; ΔE {delta_e:.1f}</source>
        <translation>红 {red}，绿 {green}，蓝 {blue}；ΔE {delta_e:.1f}</translation>
    </message>
    <message>
        <source>Reading the image: row {done} of {total}</source>
        <translation>正在读取影像：第 {done} 行，共 {total} 行</translation>
    </message>
    <message>
        <source>RSQI: inspect images, review errors, score and report</source>
        <translation>RSQI：检查影像、复核错误、评分并出具报告</translation>
    </message>
    <message>
        <source>Red band, or the only one for grey</source>
        <translation>红波段；只选这一个时为灰度</translation>
    </message>
    <message>
        <source>Second</source>
        <translation>二次检查</translation>
    </message>
    <message>
        <source>Share of the errors judged a second time that both judge alike</source>
        <translation>二次判定的图斑中两人结论一致的比例</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Somebody else has judged this error meanwhile; it is left out.</source>
        <translation>此图斑已由他人判定，跳过。</translation>
    </message>
    <message>
        <source>Table of the lot (CSV)</source>
        <translation>批统计表（CSV）</translation>
    </message>
    <message>
        <source>Takes all inspected images into the verdict on the lot</source>
        <translation>将全部已检查影像纳入批判定</translation>
    </message>
    <message>
        <source>There are no images: choose a folder, files, or a list of images.</source>
        <translation>没有影像：请选择文件夹、文件或影像清单。</translation>
    </message>
    <message>
        <source>There is nothing to draw: only errors that another person has judged are judged a second time.</source>
        <translation>没有可抽取的图斑：只有他人已判定的图斑才作二次判定。</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结论</translation>
    </message>
    <message>
        <source>When</source>
        <translation>复核时间</translation>
    </message>
    <message>
        <source>Workers</source>
        <translation>工作进程</translation>
    </message>
    <message>
        <source>Writes NAME.shp beside each result.</source>
        <translation>在每个成果旁生成 NAME.shp。</translation>
    </message>
    <message>
        <source>[{done}/{total}] {name}: failed: {reason}</source>
        <translation>[{done}/{total}] {name}：失败：{reason}</translation>
    </message>
    <message>
        <source>[{done}/{total}] {name}: {result}, inspected before</source>
        <translation>[{done}/{total}] {name}：{result}，此前已检查</translation>
    </message>
    <message>
        <source>inspected</source>
        <translation>已检查</translation>
    </message>
    <message>
        <source>on {percent} % of the line</source>
        <translation>线长的 {percent} %</translation>
    </message>
    <message>
        <source>passes</source>
        <translation>通过</translation>
    </message>
    <message>
        <source>right, {n} px</source>
        <translation>右 {n} 像素</translation>
    </message>
    <message>
        <source>RSQI computes in a Python environment of its own, so that nothing is mixed into QGIS. It is built once, in the QGIS profile. That takes some minutes, about {size} GB of the disk, and the internet or a folder of downloaded packages.</source>
        <translation>RSQI 在独立的 Python 环境中计算，不会混入 QGIS。环境只需在 QGIS 配置文件夹中构建一次，需要几分钟、约 {size} GB 磁盘空间，以及互联网或存放已下载软件包的文件夹。</translation>
    </message>
    <message>
        <source>RSQI computes in a Python environment of its own. The environment variable RSQI_PYTHON goes before this setting; when both are empty, the environment in the profile folder is used.</source>
        <translation>RSQI 在自己的 Python 环境中计算。环境变量 RSQI_PYTHON 优先于此设置；两者都为空时，使用配置文件夹中的环境。</translation>
    </message>
    <message>
        <source>RSQI default, not the standard's text</source>
        <translation>RSQI 默认方案（非标准原文）</translation>
    </message>
    <message>
        <source>RSQI has no worker Python yet: open the RSQI panel, or Settings &gt; Options &gt; RSQI, and press Set up (without a desktop, let RSQI_PYTHON name a Python that has RSQI's packages).</source>
        <translation>RSQI 还没有计算用的 Python：请打开 RSQI 面板，或“设置 &gt; 选项 &gt; RSQI”，点击“安装”（没有桌面时，请用 RSQI_PYTHON 指定一个装有 RSQI 所需软件包的 Python）。</translation>
    </message>
    <message>
        <source>RSQI is not set up yet</source>
        <translation>RSQI 尚未安装</translation>
    </message>
    <message>
        <source>RSQI is set up</source>
        <translation>RSQI 已安装</translation>
    </message>
    <message>
        <source>RSQI is set up and computes on {device}.</source>
        <translation>RSQI 已安装，使用{device}计算。</translation>
    </message>
    <message>
        <source>RSQI settings</source>
        <translation>RSQI 设置</translation>
    </message>
    <message>
        <source>RSQI user guide</source>
        <translation>RSQI 用户指南</translation>
    </message>
    <message>
        <source>RSQI uses a Python of your choice</source>
        <translation>RSQI 使用您指定的 Python</translation>
    </message>
    <message>
        <source>Reading: {count} of {total}</source>
        <translation>正在读取：{count} / {total}</translation>
    </message>
    <message>
        <source>Reads all results again, as they have been reviewed meanwhile, and looks for those of drawn images.</source>
        <translation>重新读取全部结果，计入其间的复核，并查找所抽影像的结果。</translation>
    </message>
    <message>
        <source>Rebuild</source>
        <translation>重新构建</translation>
    </message>
    <message>
        <source>Record as CSV</source>
        <translation>检查记录（CSV）</translation>
    </message>
    <message>
        <source>Record as shapefile</source>
        <translation>检查记录（shapefile）</translation>
    </message>
    <message>
        <source>Record as workbook</source>
        <translation>检查记录（工作簿）</translation>
    </message>
    <message>
        <source>Record, CSV</source>
        <translation>检查记录 CSV</translation>
    </message>
    <message>
        <source>Record, Excel</source>
        <translation>检查记录 Excel</translation>
    </message>
    <message>
        <source>Record, shapefile</source>
        <translation>检查记录 shapefile</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>否定</translation>
    </message>
    <message>
        <source>Reject: it is none</source>
        <translation>否定：误检</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>误检</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>相对</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove rule</source>
        <translation>删除规则</translation>
    </message>
    <message>
        <source>Removes the chosen rule.</source>
        <translation>删除所选规则。</translation>
    </message>
    <message>
        <source>Removes this scheme; it can be undone.</source>
        <translation>删除此方案，可撤销。</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Replace it, or save the new result beside it? If replaced, it is kept as {kept}.</source>
        <translation>替换它，还是把新结果存到旁边？若替换，旧结果另存为 {kept}。</translation>
    </message>
    <message>
        <source>Replaces a result that was reviewed or is of another image, which is kept beside as .bak.gpkg, and files that RSQI has not written.</source>
        <translation>替换已审核的或另一幅影像的结果（旧结果另存为 .bak.gpkg），以及不是 RSQI 所写的文件。</translation>
    </message>
    <message>
        <source>Replaces files that RSQI has not written, or that somebody has filled in.</source>
        <translation>替换不是 RSQI 所写的或已由人填写的文件。</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Report anew</source>
        <translation>重新生成报告</translation>
    </message>
    <message>
        <source>Report errors</source>
        <translation>生成检查报告</translation>
    </message>
    <message>
        <source>Report on the lot</source>
        <translation>批质量报告</translation>
    </message>
    <message>
        <source>Report to print</source>
        <translation>报告（PDF）</translation>
    </message>
    <message>
        <source>Report to read</source>
        <translation>报告（HTML）</translation>
    </message>
    <message>
        <source>Reshape</source>
        <translation>改形</translation>
    </message>
    <message>
        <source>Reshape the outline with a line</source>
        <translation>画线修整轮廓</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>成果</translation>
    </message>
    <message>
        <source>Results of the sample (GeoPackage)</source>
        <translation>样本的结果 (GeoPackage)</translation>
    </message>
    <message>
        <source>Results outside the sample (GeoPackage)</source>
        <translation>样本以外的结果 (GeoPackage)</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>重试次数</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>复核</translation>
    </message>
    <message>
        <source>Review tool: a click on the map chooses an error, a drag moves the map</source>
        <translation>复核工具：在地图上点击选择错误，拖动移动地图</translation>
    </message>
    <message>
        <source>Reviewed</source>
        <translation>已复核</translation>
    </message>
    <message>
        <source>Reviewed layers of errors</source>
        <translation>复核过的错误图层</translation>
    </message>
    <message>
        <source>Reviewer</source>
        <translation>复核人</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Run a block in the worker and say what computed it.</source>
        <translation>让计算进程处理一个分块，并说明由什么设备计算。</translation>
    </message>
    <message>
        <source>Run the copied command where there is the internet; it fills a folder 'wheelhouse' for this computer.</source>
        <translation>请在联网的计算机上运行复制的命令，它会为本机准备文件夹 wheelhouse。</translation>
    </message>
    <message>
        <source>s</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>Sample: {inspected} of {needed} images inspected.</source>
        <translation>样本：应检 {needed} 幅，已检 {inspected} 幅。</translation>
    </message>
    <message>
        <source>Save beside it</source>
        <translation>存到旁边</translation>
    </message>
    <message>
        <source>Save the edits of the layer {name} first.</source>
        <translation>请先保存图层 {name} 的编辑。</translation>
    </message>
    <message>
        <source>Save the errors as</source>
        <translation>错误另存为</translation>
    </message>
    <message>
        <source>Save to</source>
        <translation>保存到</translation>
    </message>
    <message>
        <source>Saving the layer as an image of {columns} x {rows} pixels: {path}</source>
        <translation>正在把图层保存为 {columns} x {rows} 像素的影像：{path}</translation>
    </message>
    <message>
        <source>Says in sentences what errors an image has.</source>
        <translation>用语句说明影像存在哪些错误。</translation>
    </message>
    <message>
        <source>Says in sentences which types of errors an image has, whether in one or several places, how much of the valid image they cover and where they mainly lie. Errors whose status is 'rejected' are left out.

The size of the image comes from the GeoPackage that an inspection on the command line wrote; for any other layer give the image.</source>
        <translation>用语句说明影像存在哪些类型的错误、是一处还是多处、占有效影像的面积大小以及主要位置。状态为“rejected”的错误不计入。

影像大小取自命令行检查所写的 GeoPackage；其他图层请给出影像。</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Score anew</source>
        <translation>重新评分</translation>
    </message>
    <message>
        <source>Score by</source>
        <translation>评分依据</translation>
    </message>
    <message>
        <source>Score errors</source>
        <translation>错误评分</translation>
    </message>
    <message>
        <source>Score {score:.1f} ({grade}), errors: {count}</source>
        <translation>得分 {score:.1f}（{grade}），错误 {count} 个</translation>
    </message>
    <message>
        <source>Score {value}</source>
        <translation>得分 {value}</translation>
    </message>
    <message>
        <source>Scored errors</source>
        <translation>已评分的错误</translation>
    </message>
    <message>
        <source>Scores a layer of errors by a scheme.</source>
        <translation>按评分方案为错误图层评分。</translation>
    </message>
    <message>
        <source>Scores the images of a sample and judges the lot they were drawn from.</source>
        <translation>对样本影像评分，并判定其所在的批。</translation>
    </message>
    <message>
        <source>Scores the results of the images that were drawn from a lot, as they have been reviewed so far, and judges the lot by GB/T 24356-2023: the sample has to be large enough for the lot (5.2); one image that fails, fails the lot (6.3); else the shares of good and excellent images give its grade (6.4).

Images outside the sample that were only looked over pass with no A and fewer than four B errors (6.1.3). A lot of more than 1000 images has to be split evenly.</source>
        <translation>按目前的复核情况对从批中抽取的影像评分，并按 GB/T 24356-2023 判定该批：样本量须符合批量（5.2）；样本中有一幅不合格，则批不合格（6.3）；否则按优、良品率确定批的等级（6.4）。

样本以外的影像只作概查：无 A 类且 B 类少于 4 个为合格（6.1.3）。超过 1000 幅的批应均匀分批。</translation>
    </message>
    <message>
        <source>Scoring scheme</source>
        <translation>评分方案</translation>
    </message>
    <message>
        <source>Scoring schemes (*.json)</source>
        <translation>评分方案 (*.json)</translation>
    </message>
    <message>
        <source>Scoring {name}...</source>
        <translation>正在评分 {name}…</translation>
    </message>
    <message>
        <source>Seam</source>
        <translation>接缝</translation>
    </message>
    <message>
        <source>Seamlines</source>
        <translation>镶嵌线</translation>
    </message>
    <message>
        <source>Seamlines (optional)</source>
        <translation>镶嵌线（可选）</translation>
    </message>
    <message>
        <source>Seams</source>
        <translation>接缝</translation>
    </message>
    <message>
        <source>Seams measured: {count}; they show: {visible}, are displaced: {displaced}</source>
        <translation>测量接缝 {count} 条；可见 {visible} 条，错位 {displaced} 条</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search in types, states, comments, names and numbers</source>
        <translation>在类型、状态、备注、姓名与编号中搜索</translation>
    </message>
    <message>
        <source>Second review</source>
        <translation>二次检查</translation>
    </message>
    <message>
        <source>Seconds for 100 megapixels of blocks on this computer.</source>
        <translation>本机处理 1 亿像素图块所需秒数。</translation>
    </message>
    <message>
        <source>Select at least two errors to merge.</source>
        <translation>请至少选择两个图斑再合并。</translation>
    </message>
    <message>
        <source>Select the polygons to inspect in {name}.</source>
        <translation>请在 {name} 中选择要检查的面。</translation>
    </message>
    <message>
        <source>Selected polygons of a layer</source>
        <translation>图层中选中的面</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>灵敏度</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>安装</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Setting RSQI up</source>
        <translation>正在安装 RSQI</translation>
    </message>
    <message>
        <source>Setting thresholds: block {done} of {total}</source>
        <translation>设定阈值：第 {done} 个影像块，共 {total} 个</translation>
    </message>
    <message>
        <source>Sev.</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Several layers</source>
        <translation>多个图层</translation>
    </message>
    <message>
        <source>Severities</source>
        <translation>分级</translation>
    </message>
    <message>
        <source>Severity by the scoring scheme: A rejects, B, C and D deduct points</source>
        <translation>按评分方案确定的错漏类别：A 类即不合格，B、C、D 类扣分</translation>
    </message>
    <message>
        <source>Shapefile</source>
        <translation>Shapefile 文件</translation>
    </message>
    <message>
        <source>Shapefiles (*.shp)</source>
        <translation>Shapefile 文件 (*.shp)</translation>
    </message>
    <message>
        <source>Share of a block that its neighbour sees too.</source>
        <translation>相邻块重叠部分所占的比例。</translation>
    </message>
    <message>
        <source>Share of the blocks that training does not see.</source>
        <translation>训练时看不到的影像块所占的比例。</translation>
    </message>
    <message>
        <source>Share of the blocks without errors in which something is marked.</source>
        <translation>无错误影像块中被标出错误的比例。</translation>
    </message>
    <message>
        <source>Share of the image that was looked at</source>
        <translation>已检查的影像比例</translation>
    </message>
    <message>
        <source>Share of the test part</source>
        <translation>测试部分所占比例</translation>
    </message>
    <message>
        <source>Sharpness ratio</source>
        <translation>清晰度之比</translation>
    </message>
    <message>
        <source>Sheet</source>
        <translation>图幅</translation>
    </message>
    <message>
        <source>Show all keys</source>
        <translation>显示全部按键</translation>
    </message>
    <message>
        <source>Shows all images of the lot on the map</source>
        <translation>在地图上显示批内全部影像</translation>
    </message>
    <message>
        <source>Show all tables and the worst blocks as pictures.</source>
        <translation>显示所有表格和最差图块的图片。</translation>
    </message>
    <message>
        <source>Side of a pixel in the layer's units, for web maps; empty means the layer's own.</source>
        <translation>像素边长，以图层单位计，用于网络地图；留空表示图层自身的大小。</translation>
    </message>
    <message>
        <source>Side of a pixel; goes before what the image says.</source>
        <translation>像素边长；优先于影像自身的数值。</translation>
    </message>
    <message>
        <source>Side of the blocks</source>
        <translation>影像块边长</translation>
    </message>
    <message>
        <source>Sides of the blocks, separated by commas.</source>
        <translation>影像块的边长，以逗号分隔。</translation>
    </message>
    <message>
        <source>Sizes of the square blocks, separated by commas; large blocks see large errors.</source>
        <translation>方块的边长，用逗号分隔；大块能看到大范围的错误。</translation>
    </message>
    <message>
        <source>Smaller clouds, shadows, blurs and other regions are dropped; empty means 0.01 % of a block of the size that found them: 26 pixels of 512, 419 of 2048. Stitching, stripes and missing pixels have no limit.</source>
        <translation>更小的云、阴影、模糊等区域类错误不予保留；留空表示检出它的影像块面积的 0.01 %：512 像素块为 26 像素，2048 像素块为 419 像素。拼接、条状噪声和像素缺失不设下限。</translation>
    </message>
    <message>
        <source>Smallest error (m²)</source>
        <translation>最小错误面积（平方米）</translation>
    </message>
    <message>
        <source>Somebody else has changed this error meanwhile: it was read again, please look once more.</source>
        <translation>该图斑刚被他人修改：已重新读取，请再查看一次。</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>Split the error with a line</source>
        <translation>画线分割图斑</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>起点模型</translation>
    </message>
    <message>
        <source>Start inspection</source>
        <translation>开始检查</translation>
    </message>
    <message>
        <source>Starting the worker...</source>
        <translation>正在启动工作进程…</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>色差</translation>
    </message>
    <message>
        <source>Step along the seam: by how much its right side is brighter than its left, from beginning to end.</source>
        <translation>沿接缝的色差，从起点到终点：右侧比左侧亮多少。</translation>
    </message>
    <message>
        <source>Stopped. Nothing was written.</source>
        <translation>已停止。未写出任何内容。</translation>
    </message>
    <message>
        <source>Stopped. What was learned so far is kept: train again to go on.</source>
        <translation>已停止。已学到的内容保留：再次训练即可继续。</translation>
    </message>
    <message>
        <source>Stores severity and points of every error as this scheme gives them.</source>
        <translation>按当前方案把每个图斑的错漏类别和扣分写入图层。</translation>
    </message>
    <message>
        <source>Strict</source>
        <translation>严格</translation>
    </message>
    <message>
        <source>Table of the lot (XLSX)</source>
        <translation>批统计表（XLSX）</translation>
    </message>
    <message>
        <source>Takes over a scheme from a JSON file.</source>
        <translation>从 JSON 文件导入方案。</translation>
    </message>
    <message>
        <source>Takes the last edit back.</source>
        <translation>撤销上一次修改。</translation>
    </message>
    <message>
        <source>Takes the sources of a VRT in place of the VRT.</source>
        <translation>以 VRT 的源影像代替 VRT 本身。</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Testing it with a real inference...</source>
        <translation>正在用一次真实推理进行测试…</translation>
    </message>
    <message>
        <source>Text file</source>
        <translation>文本文件</translation>
    </message>
    <message>
        <source>Text files (*.txt)</source>
        <translation>文本文件 (*.txt)</translation>
    </message>
    <message>
        <source>That is little: review more images for a result to be trusted.</source>
        <translation>数量偏少：请复核更多影像，结果才可信。</translation>
    </message>
    <message>
        <source>The GPU cannot be used ({reason}): choose the processor as device, or run the test in the options of RSQI.</source>
        <translation>无法使用 GPU（{reason}）：请将设备改为处理器，或在 RSQI 选项中运行测试。</translation>
    </message>
    <message>
        <source>The GeoPackages that inspections of the drawn images wrote.</source>
        <translation>检查样本影像所得的 GeoPackage。</translation>
    </message>
    <message>
        <source>The image does not say which bands to show, so the first are taken: {reason}</source>
        <translation>影像未说明应显示哪些波段，取前几个：{reason}</translation>
    </message>
    <message>
        <source>The measurement failed.</source>
        <translation>测量失败。</translation>
    </message>
    <message>
        <source>The models are measured: take the better one, or look at the page.</source>
        <translation>模型评估完毕：选用较好的一个，或查看页面。</translation>
    </message>
    <message>
        <source>The page; one that was written here before and not changed is replaced.</source>
        <translation>页面；此处先前写出且未改动的页面会被替换。</translation>
    </message>
    <message>
        <source>The Python of RSQI's environment is gone, perhaps because QGIS was updated: open the RSQI panel, or Settings &gt; Options &gt; RSQI, and press Repair.</source>
        <translation>RSQI 环境的 Python 已不存在，可能是因为 QGIS 已更新：请打开 RSQI 面板，或“设置 &gt; 选项 &gt; RSQI”，点击“修复”。</translation>
    </message>
    <message>
        <source>The category_id {value} of an error is not one of 1 to 10.</source>
        <translation>某个错误的 category_id 为 {value}，不在 1 至 10 之内。</translation>
    </message>
    <message>
        <source>The certificate of {index} is not trusted: ask your network's administrator, or use an offline folder.</source>
        <translation>{index} 的证书不受信任：请联系网络管理员，或使用离线文件夹。</translation>
    </message>
    <message>
        <source>The chosen Python is missing</source>
        <translation>指定的 Python 不存在</translation>
    </message>
    <message>
        <source>The computing device was changed: {reason}</source>
        <translation>计算设备已更换：{reason}</translation>
    </message>
    <message>
        <source>The default stays as it is: make a copy to edit it. Its limits are RSQI's, not the standard's text.</source>
        <translation>默认方案不可修改，请复制后编辑。其限值为 RSQI 建议值，并非标准原文。</translation>
    </message>
    <message>
        <source>The device is short of memory, so fewer blocks are computed at a time: {reason}</source>
        <translation>设备内存不足，每次计算的块数已减少：{reason}</translation>
    </message>
    <message>
        <source>The environment is broken</source>
        <translation>环境已损坏</translation>
    </message>
    <message>
        <source>The environment is ready.</source>
        <translation>环境已就绪。</translation>
    </message>
    <message>
        <source>The environment needs an update</source>
        <translation>环境需要更新</translation>
    </message>
    <message>
        <source>The environment was built, but its test failed: {reason}</source>
        <translation>环境已构建，但测试失败：{reason}</translation>
    </message>
    <message>
        <source>The environment was removed.</source>
        <translation>环境已移除。</translation>
    </message>
    <message>
        <source>The error was changed by somebody else meanwhile, so this step was left out.</source>
        <translation>该图斑已被他人修改，因此跳过这一步。</translation>
    </message>
    <message>
        <source>The errors as a shapefile with Chinese labels in GBK, as inspection stations exchange them.</source>
        <translation>质检站交换用的 Shapefile：中文标签，GBK 编码。</translation>
    </message>
    <message>
        <source>The errors do not touch: this layer cannot hold them as one.</source>
        <translation>图斑互不相接：该图层无法将其存为一个要素。</translation>
    </message>
    <message>
        <source>The errors with their severity and penalty.</source>
        <translation>带有严重程度和扣分的错误。</translation>
    </message>
    <message>
        <source>The extent lies outside the layer {name}.</source>
        <translation>范围在图层 {name} 之外。</translation>
    </message>
    <message>
        <source>The file {path} cannot be written: check the folder and the free space.</source>
        <translation>无法写入文件 {path}：请检查文件夹和剩余空间。</translation>
    </message>
    <message>
        <source>The file {path} cannot be written: {reason}</source>
        <translation>无法写入文件 {path}：{reason}</translation>
    </message>
    <message>
        <source>The first rule is the sturdier one, the second is the published one.</source>
        <translation>第一种规则较稳健，第二种为论文规则。</translation>
    </message>
    <message>
        <source>The first rule of a type that holds decides.</source>
        <translation>同一类型中最先成立的规则起作用。</translation>
    </message>
    <message>
        <source>The folder {folder} has no {what} for Python {version}: fill it by the command under Advanced.</source>
        <translation>文件夹 {folder} 中没有适用于 Python {version} 的 {what}：请用“高级”中的命令补齐。</translation>
    </message>
    <message>
        <source>The folder {what} does not exist: choose the folder with the downloaded packages.</source>
        <translation>文件夹 {what} 不存在：请选择存放已下载软件包的文件夹。</translation>
    </message>
    <message>
        <source>The highest rate, if not the usual one; a high one learns faster and forgets more.</source>
        <translation>最高学习率，空则取通常值；高则学得快，忘得也多。</translation>
    </message>
    <message>
        <source>The image has no valid pixel, so there is nothing to check.</source>
        <translation>影像没有有效像素，无从检查。</translation>
    </message>
    <message>
        <source>The image that the errors were found in.</source>
        <translation>发现这些错误的影像。</translation>
    </message>
    <message>
        <source>The image that the errors were found in; empty means the one that the inspection has noted.</source>
        <translation>发现这些错误的影像；留空则用检查时记录的影像。</translation>
    </message>
    <message>
        <source>The image to check; its red, green and blue bands are looked at.</source>
        <translation>要检查的影像；使用其红、绿、蓝波段。</translation>
    </message>
    <message>
        <source>The image to inspect: red, green and blue bands, or one grey band. A layer that is no file, such as a web map, is saved as one first.</source>
        <translation>要检查的影像：红、绿、蓝波段，或一个灰度波段。不是文件的图层（如网络地图）会先保存为文件。</translation>
    </message>
    <message>
        <source>The inspected image was not found: its lines can be neither followed nor measured.</source>
        <translation>找不到所质检的影像，无法追踪和测量接缝。</translation>
    </message>
    <message>
        <source>The inspection failed.</source>
        <translation>检查失败。</translation>
    </message>
    <message>
        <source>The language of the report.</source>
        <translation>报告所用的语言。</translation>
    </message>
    <message>
        <source>The language of the sentences.</source>
        <translation>语句所用的语言。</translation>
    </message>
    <message>
        <source>The layer cannot be saved as {path}: check the folder and the free space.</source>
        <translation>图层无法保存为 {path}：请检查文件夹和可用空间。</translation>
    </message>
    <message>
        <source>The layer does not say on which image its errors lie: choose it.</source>
        <translation>图层未说明错误所在的影像，请选择。</translation>
    </message>
    <message>
        <source>The layer is no file: it is saved as an image with pixels of this side first.</source>
        <translation>该图层不是文件：先按此像素边长保存为影像。</translation>
    </message>
    <message>
        <source>The layer {name} cannot be written.</source>
        <translation>无法写入图层 {name}。</translation>
    </message>
    <message>
        <source>The layer {name} has no field category_id: it is no layer of errors.</source>
        <translation>图层 {name} 没有字段 category_id：不是错误图层。</translation>
    </message>
    <message>
        <source>The layer {name} has no pixels of its own: give the pixel size.</source>
        <translation>图层 {name} 没有自身的像素：请给出像素大小。</translation>
    </message>
    <message>
        <source>The layer {name} is no raster file: give the file that was inspected.</source>
        <translation>图层 {name} 不是栅格文件：请给出被检查的文件。</translation>
    </message>
    <message>
        <source>The layer {name} is not a file and would have to be saved with {columns} x {rows} pixels, more than {most} million: choose a smaller extent or larger pixels.</source>
        <translation>图层 {name} 不是文件，需保存为 {columns} x {rows} 像素，超过 {most} 百万：请选择更小的范围或更大的像素。</translation>
    </message>
    <message>
        <source>The layer {name} is not stored in a GeoPackage of an inspection: inspect the image again.</source>
        <translation>图层 {name} 不在检查所写的 GeoPackage 中：请重新检查影像。</translation>
    </message>
    <message>
        <source>The limits of the grades have to fall: excellent, good, qualified.</source>
        <translation>等级限值须依次降低：优、良、合格。</translation>
    </message>
    <message>
        <source>the line lies beside the image</source>
        <translation>该线在影像之外</translation>
    </message>
    <message>
        <source>The line was put back, as it could not be measured: {reason}</source>
        <translation>该线无法测量，已放回原处：{reason}</translation>
    </message>
    <message>
        <source>The line was taken, but its measures show no seam: look once more.</source>
        <translation>该线已采用，但测量值显示此处没有接缝，请再看一看。</translation>
    </message>
    <message>
        <source>The list does not show this error now: change its filter.</source>
        <translation>列表当前未显示此错误：请更改筛选条件。</translation>
    </message>
    <message>
        <source>The lot fails, as these images fail: {names}.</source>
        <translation>批不合格，因以下影像不合格：{names}。</translation>
    </message>
    <message>
        <source>The mask is a GeoTIFF: let the name of {path} end in .tif.</source>
        <translation>掩膜为 GeoTIFF 格式：请让 {path} 以 .tif 结尾。</translation>
    </message>
    <message>
        <source>The model cannot be used</source>
        <translation>无法使用该模型</translation>
    </message>
    <message>
        <source>The scoring scheme cannot be used</source>
        <translation>无法使用该评分方案</translation>
    </message>
    <message>
        <source>The model folder {path} does not exist.</source>
        <translation>模型文件夹 {path} 不存在。</translation>
    </message>
    <message>
        <source>The model that comes with RSQI. Train one on your own reviews to compare.</source>
        <translation>RSQI 自带的模型。用您自己的复核结果训练一个来比较。</translation>
    </message>
    <message>
        <source>The model that learns on; it stays as it is itself.</source>
        <translation>作为起点继续学习的模型；它本身保持不变。</translation>
    </message>
    <message>
        <source>The model to start from: 'default', or the folder of another one or of two Hugging Face checkpoints.</source>
        <translation>起点模型：“default”，或另一模型的文件夹，或含两个 Hugging Face 检查点的文件夹。</translation>
    </message>
    <message>
        <source>The name may hold letters, digits, blanks, dots and dashes.</source>
        <translation>名称可以包含文字、数字、空格、点和连字符。</translation>
    </message>
    <message>
        <source>The new environment is ready, but the old one is in use ({what}): let the inspection end, then try again.</source>
        <translation>新环境已就绪，但旧环境正在使用（{what}）：请等待检查结束后重试。</translation>
    </message>
    <message>
        <source>The new model is better.</source>
        <translation>新模型更好。</translation>
    </message>
    <message>
        <source>The new model is better: look at the comparison, then use it.</source>
        <translation>新模型更好：请查看比较结果，然后使用它。</translation>
    </message>
    <message>
        <source>The new model is not better: the old one stays.</source>
        <translation>新模型没有更好：保留原模型。</translation>
    </message>
    <message>
        <source>The outline crosses itself. Backspace takes its last points back, Esc drops it.</source>
        <translation>轮廓自相交。退格键撤回最后的点，Esc 放弃。</translation>
    </message>
    <message>
        <source>The outline crosses itself where the map shows it: it was not taken.</source>
        <translation>轮廓自相交，位置已在地图上标出：未予采用。</translation>
    </message>
    <message>
        <source>The outlines with the record's columns, texts in GBK.</source>
        <translation>错误图斑及检查记录各列，文字为 GBK 编码。</translation>
    </message>
    <message>
        <source>The package index does not answer; trying again...</source>
        <translation>软件源没有响应，正在重试…</translation>
    </message>
    <message>
        <source>The packages do not fit together for Python {version}: choose another Python under Advanced.</source>
        <translation>这些软件包在 Python {version} 下互不兼容：请在“高级”中选择其他 Python。</translation>
    </message>
    <message>
        <source>The present environment stays as it is until the new one has passed its test.</source>
        <translation>新环境通过测试之前，现有环境保持不变。</translation>
    </message>
    <message>
        <source>The project has no reviewed layer from a GeoPackage yet: inspect and review images.</source>
        <translation>工程中还没有来自 GeoPackage 的复核图层：请先检查并复核影像。</translation>
    </message>
    <message>
        <source>The proxy does not answer or refuses access: look at its address and password in the options of QGIS, page Network.</source>
        <translation>代理没有响应或拒绝访问：请在 QGIS 选项的“网络”页检查其地址和密码。</translation>
    </message>
    <message>
        <source>The raster cannot be inspected</source>
        <translation>无法检查该栅格</translation>
    </message>
    <message>
        <source>The raster does not lie in its coordinate system, so areas are planar: {reason}</source>
        <translation>栅格坐标不在其坐标系范围内，面积按平面计算：{reason}</translation>
    </message>
    <message>
        <source>The raster has no coordinate system: areas come from its own units.</source>
        <translation>栅格没有坐标系：面积按其自身单位计算。</translation>
    </message>
    <message>
        <source>The raster has no georeference: results are in pixels.</source>
        <translation>栅格没有地理参考：结果以像素为单位。</translation>
    </message>
    <message>
        <source>The raster is not 8-bit: its values were scaled for the inspection.</source>
        <translation>栅格不是 8 位：检查时已对其数值进行拉伸。</translation>
    </message>
    <message>
        <source>The raster is placed by control points: positions are approximate.</source>
        <translation>栅格由控制点定位：位置为近似值。</translation>
    </message>
    <message>
        <source>The raster stores white as 0 and is inspected as it is meant.</source>
        <translation>栅格以 0 表示白色，已按其本意检查。</translation>
    </message>
    <message>
        <source>The record of errors as CSV in UTF-8.</source>
        <translation>UTF-8 编码的 CSV 检查记录。</translation>
    </message>
    <message>
        <source>The record of errors for a spreadsheet.</source>
        <translation>用电子表格打开的检查记录。</translation>
    </message>
    <message>
        <source>The report as PDF.</source>
        <translation>可打印、签署的 PDF 报告。</translation>
    </message>
    <message>
        <source>The report as one HTML file.</source>
        <translation>单个 HTML 文件的报告。</translation>
    </message>
    <message>
        <source>The report has no pictures, as the inspected image was not found: give the image.</source>
        <translation>未找到被检影像，报告不含图：请给出影像。</translation>
    </message>
    <message>
        <source>The result cannot be written</source>
        <translation>无法写出结果</translation>
    </message>
    <message>
        <source>The result of an inspection in its GeoPackage; gives the share of cloud.</source>
        <translation>检查结果的 GeoPackage；提供云覆盖率。</translation>
    </message>
    <message>
        <source>The score is below {limit:g}: rejected.</source>
        <translation>得分低于 {limit:g}，不合格。</translation>
    </message>
    <message>
        <source>The scoring scheme of the inspection is gone: the report scores by RSQI's default.</source>
        <translation>找不到检查时所用的评分方案：报告按 RSQI 默认方案评分。</translation>
    </message>
    <message>
        <source>The scoring scheme {path} does not exist.</source>
        <translation>评分方案 {path} 不存在。</translation>
    </message>
    <message>
        <source>The seams of {name} could not be saved: {reason}</source>
        <translation>{name} 的接缝无法保存：{reason}</translation>
    </message>
    <message>
        <source>The seen mark could not be saved in {name}.</source>
        <translation>查看标记无法保存到 {name}。</translation>
    </message>
    <message>
        <source>The sentences as a file in UTF-8.</source>
        <translation>以 UTF-8 文件保存语句。</translation>
    </message>
    <message>
        <source>The style of this layer has no categories: only the list is filtered.</source>
        <translation>该图层的样式没有分类：仅过滤列表。</translation>
    </message>
    <message>
        <source>The table of seen blocks could not be made in {name}: {reason}</source>
        <translation>无法在 {name} 中建立查看记录表：{reason}</translation>
    </message>
    <message>
        <source>The training data are ready.</source>
        <translation>训练数据已就绪。</translation>
    </message>
    <message>
        <source>The types as pixels on the image's grid: 0 no error, 1 to 10 the type, 255 not inspected.</source>
        <translation>与影像同网格的错误类型栅格：0 无错误，1 至 10 为错误类型，255 未检查。</translation>
    </message>
    <message>
        <source>The worker Python {path} cannot be started: {reason}</source>
        <translation>无法启动工作环境的 Python {path}：{reason}</translation>
    </message>
    <message>
        <source>The worker Python {path} named by {origin} does not exist or cannot be run.</source>
        <translation>{origin} 指定的工作环境 Python {path} 不存在或无法运行。</translation>
    </message>
    <message>
        <source>The worker did not write {path}.</source>
        <translation>工作进程没有写出 {path}。</translation>
    </message>
    <message>
        <source>The worker ended without a result (exit code {code}); its last words: {words}</source>
        <translation>工作进程没有给出结果便已结束（退出码 {code}）；其最后输出：{words}</translation>
    </message>
    <message>
        <source>The worker failed without a message.</source>
        <translation>工作进程失败，且没有说明原因。</translation>
    </message>
    <message>
        <source>The worker has started.</source>
        <translation>工作进程已启动。</translation>
    </message>
    <message>
        <source>The worker was killed before it finished (perhaps out of memory); its last words: {words}</source>
        <translation>工作进程在完成前被终止（可能内存不足）；其最后输出：{words}</translation>
    </message>
    <message>
        <source>The worker wrote no layer {name}.</source>
        <translation>工作进程没有写出图层 {name}。</translation>
    </message>
    <message>
        <source>There are more results than images in the lot: correct its size.</source>
        <translation>结果多于批内影像数，请更正批量。</translation>
    </message>
    <message>
        <source>There are no errors to review. Inspect an image, or choose a layer of errors in the layer panel.</source>
        <translation>没有可复核的图斑。请先检查影像，或在图层面板中选择错误图层。</translation>
    </message>
    <message>
        <source>There are no images: give a folder, files, or a pattern.</source>
        <translation>没有影像：请给出文件夹、文件或通配符。</translation>
    </message>
    <message>
        <source>There are too few blocks to set thresholds on: they stay as they were.</source>
        <translation>可用于设定阈值的影像块太少：阈值保持不变。</translation>
    </message>
    <message>
        <source>There is a model of this name already.</source>
        <translation>已有同名模型。</translation>
    </message>
    <message>
        <source>There is no GeoPackage in the folder {path}.</source>
        <translation>文件夹 {path} 中没有 GeoPackage。</translation>
    </message>
    <message>
        <source>There is no dataset in the folder {path}: export training data first.</source>
        <translation>文件夹 {path} 中没有数据集：请先导出训练数据。</translation>
    </message>
    <message>
        <source>There is no dataset in this folder.</source>
        <translation>该文件夹中没有数据集。</translation>
    </message>
    <message>
        <source>There is no image to check: add one to the project.</source>
        <translation>没有可检查的影像：请先把影像加入工程。</translation>
    </message>
    <message>
        <source>There is no image to inspect: choose some layers, or a folder with images.</source>
        <translation>没有要检查的影像：请选择一些图层，或一个有影像的文件夹。</translation>
    </message>
    <message>
        <source>There is no layer of errors to report.</source>
        <translation>没有可生成报告的错误图层。</translation>
    </message>
    <message>
        <source>There is no layer of polygons: add one, or inspect the whole image.</source>
        <translation>没有面图层：请添加一个，或检查整幅影像。</translation>
    </message>
    <message>
        <source>There is no polygon to inspect: select some, or choose another layer.</source>
        <translation>没有要检查的面：请选择一些面，或换一个图层。</translation>
    </message>
    <message>
        <source>There is no raster layer to inspect: add an image to the project.</source>
        <translation>没有可检查的栅格图层：请向工程添加影像。</translation>
    </message>
    <message>
        <source>There is too little to compare on: review more images.</source>
        <translation>可用于比较的太少：请复核更多影像。</translation>
    </message>
    <message>
        <source>They work here and on the map with the review tool.</source>
        <translation>在此面板以及使用复核工具的地图上有效。</translation>
    </message>
    <message>
        <source>Change keys...</source>
        <translation>更改按键...</translation>
    </message>
    <message>
        <source>Opens QGIS's table of shortcuts: there, look for RSQI</source>
        <translation>打开 QGIS 的快捷键表，在其中查找 RSQI</translation>
    </message>
    <message>
        <source>This QGIS does not have the tool for it.</source>
        <translation>此 QGIS 没有相应的编辑工具。</translation>
    </message>
    <message>
        <source>This environment cannot use the GPU: set it up for an NVIDIA GPU in the options of RSQI, or choose the processor as device.</source>
        <translation>当前环境不能使用 GPU：请在 RSQI 选项中为 NVIDIA GPU 重新设置环境，或将设备改为处理器。</translation>
    </message>
    <message>
        <source>This layer has no errors: there is nothing to review.</source>
        <translation>此图层没有错误，无需复核。</translation>
    </message>
    <message>
        <source>This version of RSQI needs other packages.</source>
        <translation>此版本的 RSQI 需要其他软件包。</translation>
    </message>
    <message>
        <source>Thoroughness</source>
        <translation>检查强度</translation>
    </message>
    <message>
        <source>To look at it all the same.</source>
        <translation>以便仍可查看。</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Training needs more libraries: open Set up and tick those for training</source>
        <translation>训练需要更多的库：请在“安装”中勾选用于训练的库</translation>
    </message>
    <message>
        <source>Training: step {done} of {total}</source>
        <translation>训练：第 {done} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>Trains a model further on a dataset that 'Export training data' wrote, sets its thresholds, and compares it with the model that it started from on the dataset's test part, which training has not seen. The new model is written only if it is better there: more errors found on average over the types, not by luck, and not at the cost of outlines or of clean blocks. The old one stays as it is.

A run that was cancelled goes on where it stopped when it is started again with the same values. It needs PyTorch in the worker's environment.</source>
        <translation>用“导出训练数据”所写的数据集继续训练模型，设定其阈值，并在训练从未见过的测试部分上与原模型比较。只有在那里更好时才写出新模型：各类型平均找到更多错误，不是碰巧，也不以轮廓变差或误检无错误影像块为代价。原模型保持不变。

被取消的训练，以相同参数再次启动时从停下的地方继续。需要工作环境中有 PyTorch。</translation>
    </message>
    <message>
        <source>Trains a model further on reviewed errors and compares the two.</source>
        <translation>用复核过的错误继续训练模型，并比较新旧模型。</translation>
    </message>
    <message>
        <source>Turns reviewed errors into a dataset that a model can learn from.</source>
        <translation>把复核过的错误变成模型可以学习的数据集。</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Type  1-0</source>
        <translation>类型  1-0</translation>
    </message>
    <message>
        <source>Type of the error</source>
        <translation>错误类型</translation>
    </message>
    <message>
        <source>Type: {name}</source>
        <translation>类型：{name}</translation>
    </message>
    <message>
        <source>Types</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Units of the lot</source>
        <translation>批内影像</translation>
    </message>
    <message>
        <source>Unpacking packages...</source>
        <translation>正在解压软件包…</translation>
    </message>
    <message>
        <source>Unreviewed</source>
        <translation>未复核</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Update</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用它</translation>
    </message>
    <message>
        <source>VRT parts</source>
        <translation>VRT 各部分</translation>
    </message>
    <message>
        <source>Valid area (m²)</source>
        <translation>有效面积 (m²)</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Vector files (*.shp *.gpkg *.geojson *.json *.dxf *.kml *.tab *.mif);;All files (*)</source>
        <translation>矢量文件 (*.shp *.gpkg *.geojson *.json *.dxf *.kml *.tab *.mif);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Verdict on the lot</source>
        <translation>批质量判定</translation>
    </message>
    <message>
        <source>Vertices</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Visible extent</source>
        <translation>当前视图范围</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Weight of the classification in the constraint.</source>
        <translation>分类结果在约束中的权重。</translation>
    </message>
    <message>
        <source>What 'rsqi train --pack' wrote: half of the crops are composed on it, so that less is forgotten.</source>
        <translation>“rsqi train --pack”所写的文件：一半样本由它合成，这样忘得更少。</translation>
    </message>
    <message>
        <source>What computes the model.</source>
        <translation>用什么设备运行模型。</translation>
    </message>
    <message>
        <source>What is judged stays; the rest waits.</source>
        <translation>已判定的保留，其余待判。</translation>
    </message>
    <message>
        <source>What is no step of every image</source>
        <translation>并非每幅影像都需要的功能</translation>
    </message>
    <message>
        <source>What the technician decided</source>
        <translation>质检员的复核结论</translation>
    </message>
    <message>
        <source>Where each image lies, with grade, score, errors, and who has reviewed it.</source>
        <translation>每幅影像的位置、等级、得分、错误数和复核人。</translation>
    </message>
    <message>
        <source>Whether somebody has looked at this block</source>
        <translation>该影像块是否已有人查看</translation>
    </message>
    <message>
        <source>Who signs; empty means those who have edited the errors.</source>
        <translation>签署人；留空则用复核过这些错误的人。</translation>
    </message>
    <message>
        <source>Whole image</source>
        <translation>整幅影像</translation>
    </message>
    <message>
        <source>Workbooks (*.xlsx)</source>
        <translation>Excel 工作簿 (*.xlsx)</translation>
    </message>
    <message>
        <source>Worker Python</source>
        <translation>工作环境 Python</translation>
    </message>
    <message>
        <source>Write a comment (Enter ends)</source>
        <translation>填写备注（回车结束）</translation>
    </message>
    <message>
        <source>Write report</source>
        <translation>生成报告</translation>
    </message>
    <message>
        <source>Write the model even if it is not better</source>
        <translation>即使没有更好也写出模型</translation>
    </message>
    <message>
        <source>Write to layer</source>
        <translation>写入图层</translation>
    </message>
    <message>
        <source>Writes NAME.html beside each result.</source>
        <translation>在每个成果旁生成 NAME.html。</translation>
    </message>
    <message>
        <source>Writes NAME_mask.tif beside each result.</source>
        <translation>在每个成果旁生成 NAME_mask.tif。</translation>
    </message>
    <message>
        <source>Writes the report of an image as its errors are now, reviewed or not: the score with its arithmetic, the sums of each type, what was not inspected, lines to sign on, a map of all errors, pictures of the main ones, a list, the model and its parameters. Errors whose status is 'rejected' are left out.

The station's record (CSV, workbook, shapefile in GBK) has one row an error, with quality element, description, remedy, inspector and date; revision and recheck are left empty to be filled in.

Image, size and parameters come from the GeoPackage of the inspection; for any other layer give the image.</source>
        <translation>按错误图层的当前状态（无论是否复核完）生成影像的检查报告：得分及其计算、各类统计、未检查的内容、签署栏、错误分布图、主要错误的局部图、错误清单、模型与参数。状态为“rejected”（已剔除）的错误不列入。

检查记录（CSV、Excel 工作簿、GBK 编码的 shapefile）每处错误一行，含质量元素、错漏描述、处理意见、检查者和检查日期；修改情况和复查情况留空待填。

影像、尺寸和参数取自检查所得的 GeoPackage；其他图层请给出影像。</translation>
    </message>
    <message>
        <source>Writes the report of an inspected and reviewed image, to be signed.</source>
        <translation>为检查并复核过的影像生成可签署的报告。</translation>
    </message>
    <message>
        <source>Writes this scheme as a JSON file.</source>
        <translation>把此方案写成 JSON 文件。</translation>
    </message>
    <message>
        <source>Writing the report...</source>
        <translation>正在生成报告……</translation>
    </message>
    <message>
        <source>Writing: {done} of {total}</source>
        <translation>正在写出：{done}/{total}</translation>
    </message>
    <message>
        <source>Written:</source>
        <translation>已生成：</translation>
    </message>
    <message>
        <source>Your name: every edit is signed with it</source>
        <translation>您的姓名：每次修改都会署名</translation>
    </message>
    <message>
        <source>Your own values, under Advanced.</source>
        <translation>自定义取值，见“高级”。</translation>
    </message>
    <message>
        <source>Zoom to the error and flash it</source>
        <translation>缩放到图斑并闪烁</translation>
    </message>
    <message>
        <source>a first look</source>
        <translation>先看一遍</translation>
    </message>
    <message>
        <source>a lot has at least one unit, not {size}</source>
        <translation>一批至少有一个单位成果，不能是 {size}</translation>
    </message>
    <message>
        <source>a lot of {size} units is split: {parts}</source>
        <translation>{size} 个单位成果应分批：{parts}</translation>
    </message>
    <message>
        <source>area</source>
        <translation>面积</translation>
    </message>
    <message>
        <source>as the model was measured</source>
        <translation>与模型评测时一致</translation>
    </message>
    <message>
        <source>blocks without error that are missing for the wanted share: {count}</source>
        <translation>无错误的图块不足，尚缺 {count} 块</translation>
    </message>
    <message>
        <source>default</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>does not pass</source>
        <translation>不通过</translation>
    </message>
    <message>
        <source>error area, %</source>
        <translation>图斑面积，%</translation>
    </message>
    <message>
        <source>error status '{status}' is not one of {allowed}</source>
        <translation>图斑状态“{status}”不在可选值之列：{allowed}</translation>
    </message>
    <message>
        <source>errors</source>
        <translation>图斑数</translation>
    </message>
    <message>
        <source>excellent &gt; good &gt; qualified is required</source>
        <translation>必须 excellent &gt; good &gt; qualified（优 &gt; 良 &gt; 合格）</translation>
    </message>
    <message>
        <source>expected a list [...]</source>
        <translation>应为列表 [...]</translation>
    </message>
    <message>
        <source>expected a list of texts</source>
        <translation>应为文字列表</translation>
    </message>
    <message>
        <source>expected a number, found {found}</source>
        <translation>应为数字，实为 {found}</translation>
    </message>
    <message>
        <source>expected a text</source>
        <translation>应为文字</translation>
    </message>
    <message>
        <source>expected a text such as "1.0"</source>
        <translation>应为文字，例如 "1.0"</translation>
    </message>
    <message>
        <source>expected an object {{...}}</source>
        <translation>应为对象 {{...}}</translation>
    </message>
    <message>
        <source>expected true or false</source>
        <translation>应为 true 或 false</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>不符合</translation>
    </message>
    <message>
        <source>few scenes ({count}): both parts hold blocks of the same ones, which flatters a model; give {enough}</source>
        <translation>场景太少（{count} 个）：训练与测试部分含同一场景的图块，结果会偏好；请提供 {enough} 个以上</translation>
    </message>
    <message>
        <source>finds more, errs more</source>
        <translation>检出更多，误检也更多</translation>
    </message>
    <message>
        <source>it cannot create an environment</source>
        <translation>无法创建环境</translation>
    </message>
    <message>
        <source>it cannot install pip</source>
        <translation>无法安装 pip</translation>
    </message>
    <message>
        <source>it does not run</source>
        <translation>无法运行</translation>
    </message>
    <message>
        <source>it is a 32-bit Python</source>
        <translation>这是 32 位 Python</translation>
    </message>
    <message>
        <source>it lacks {module}</source>
        <translation>缺少 {module}</translation>
    </message>
    <message>
        <source>length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>length, % diagonal</source>
        <translation>长度，对角线的 %</translation>
    </message>
    <message>
        <source>needs either 'above' or 'from'</source>
        <translation>须有“above”或“from”之一</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>no block with an error of known type in these records; nothing was written</source>
        <translation>这些成果中没有含已知类型错误的图块，未写入任何内容</translation>
    </message>
    <message>
        <source>no test part: too few blocks, or all overlap; give more images, or less overlap</source>
        <translation>没有测试部分：图块太少，或全部重叠；请增加影像，或减小重叠度</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>not inspected</source>
        <translation>未检查</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未量测</translation>
    </message>
    <message>
        <source>not readable</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>not yet reviewed: {count}</source>
        <translation>未复核：{count} 个</translation>
    </message>
    <message>
        <source>only the polygons carry zone {zone} before the easting; reconciled</source>
        <translation>只有图斑的横坐标带有带号 {zone}，已统一</translation>
    </message>
    <message>
        <source>only the raster carries zone {zone} before the easting; reconciled</source>
        <translation>只有影像的横坐标带有带号 {zone}，已统一</translation>
    </message>
    <message>
        <source>open</source>
        <translation>待定</translation>
    </message>
    <message>
        <source>passed</source>
        <translation>符合</translation>
    </message>
    <message>
        <source>pip cannot use a SOCKS proxy: choose an HTTP proxy in the options of QGIS, or an offline folder.</source>
        <translation>pip 不能使用 SOCKS 代理：请在 QGIS 选项中选择 HTTP 代理，或使用离线文件夹。</translation>
    </message>
    <message>
        <source>pip failed: see the log.</source>
        <translation>pip 失败，请查看日志。</translation>
    </message>
    <message>
        <source>pip failed: {what}</source>
        <translation>pip 失败：{what}</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>图斑像素数</translation>
    </message>
    <message>
        <source>quality,inspection,error,remote sensing,image,orthophoto</source>
        <translation>质检,质量检查,错误,遥感,影像,正射影像,quality,inspection,image</translation>
    </message>
    <message>
        <source>seen</source>
        <translation>已查看</translation>
    </message>
    <message>
        <source>several devices</source>
        <translation>多个设备</translation>
    </message>
    <message>
        <source>working</source>
        <translation>处理中</translation>
    </message>
    <message>
        <source>{count} errors are not yet reviewed.</source>
        <translation>尚有 {count} 个错误未复核。</translation>
    </message>
    <message>
        <source>{name} is in use by another program, which keeps it locked: nothing was changed. Try again when it is free.</source>
        <translation>{name} 正被其他程序锁定，未作任何更改。请待其释放后重试。</translation>
    </message>
    <message>
        <source>{name} is no GeoPackage: it cannot hold seams.</source>
        <translation>{name} 不是 GeoPackage，不能存放接缝。</translation>
    </message>
    <message>
        <source>{name}: earlier results</source>
        <translation>{name}：先前结果</translation>
    </message>
    <message>
        <source>{n} errors</source>
        <translation>{n} 个错误</translation>
    </message>
    <message>
        <source>{name}: seams</source>
        <translation>{name}：接缝</translation>
    </message>
    <message>
        <source>{name}: unusual places</source>
        <translation>{name}：异常位置</translation>
    </message>
    <message>
        <source>{path} cannot be opened as a layer of lines.</source>
        <translation>{path} 无法作为线图层打开。</translation>
    </message>
    <message>
        <source>{path} holds no lines and no polygons.</source>
        <translation>{path} 中没有线和面。</translation>
    </message>
    <message>
        <source>{path}: {count} features without geometry are left out (number {numbers})</source>
        <translation>{path}：{count} 个要素没有几何，已略去（第 {numbers} 个）</translation>
    </message>
    <message>
        <source>{path}: has no coordinate system; its lines are taken to be in that of the raster</source>
        <translation>{path}：没有坐标系；按影像的坐标系处理</translation>
    </message>
    <message>
        <source>{path}: its lines are reprojected from {source}</source>
        <translation>{path}：接缝线已从 {source} 重投影</translation>
    </message>
    <message>
        <source>{path}: none of its lines ({count}) lies over the raster; check their coordinate system</source>
        <translation>{path}：{count} 条线都不在影像范围内；请检查其坐标系</translation>
    </message>
    <message>
        <source>{path}: {count} of {total} lines lie outside the raster and are left out</source>
        <translation>{path}：{total} 条线中有 {count} 条在影像范围之外，已略去</translation>
    </message>
    <message>
        <source>{path}: {count} lines shorter than {least} px are left out</source>
        <translation>{path}：{count} 条线短于 {least} 像素，已略去</translation>
    </message>
    <message>
        <source>{path}: {count} lines are measured</source>
        <translation>{path}：将量测 {count} 条线</translation>
    </message>
    <message>
        <source>{path}: holds no lines and no polygons</source>
        <translation>{path}：其中没有线或面</translation>
    </message>
    <message>
        <source>{path}: cannot be read as seamlines ({reason})</source>
        <translation>{path}：无法作为接缝线读取（{reason}）</translation>
    </message>
    <message>
        <source>{path}: its polygons have no boundary in common; give lines, or polygons that meet along the seams</source>
        <translation>{path}：各面没有公共边界；请提供线，或沿接缝相接的面</translation>
    </message>
    <message>
        <source>lines without valid pixels on both sides, left out: {count}</source>
        <translation>两侧没有有效像素而略去的线：{count} 条</translation>
    </message>
    <message>
        <source>tone step, DN</source>
        <translation>色调阶差，DN</translation>
    </message>
    <message>
        <source>shift, m</source>
        <translation>错位，米</translation>
    </message>
    <message>
        <source>shift, px</source>
        <translation>错位，像素</translation>
    </message>
    <message>
        <source>t has to be above 0.</source>
        <translation>t 必须大于 0。</translation>
    </message>
    <message>
        <source>the GPU by Core ML</source>
        <translation>显卡（Core ML）</translation>
    </message>
    <message>
        <source>the GPU by DirectML</source>
        <translation>显卡（DirectML）</translation>
    </message>
    <message>
        <source>the NVIDIA GPU</source>
        <translation>NVIDIA 显卡</translation>
    </message>
    <message>
        <source>the RSQI settings</source>
        <translation>RSQI 设置</translation>
    </message>
    <message>
        <source>the description '{text}' names no type or several (errors: {count}); see --words</source>
        <translation>描述“{text}”没有指明类型，或指明了几种（{count} 处）；可用命令行选项 --words 补充词语</translation>
    </message>
    <message>
        <source>the earlier result is kept as {path}</source>
        <translation>原结果另存为 {path}</translation>
    </message>
    <message>
        <source>the image has no valid pixel, so there is nothing to score</source>
        <translation>影像没有有效像素，无法评分</translation>
    </message>
    <message>
        <source>the processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>the test part holds no {types}: nothing can be measured of that; give more images with it</source>
        <translation>测试部分没有 {types}：无法衡量该类型；请增加含该类型的影像</translation>
    </message>
    <message>
        <source>their coordinate system is wrong; they are taken to be in the raster's</source>
        <translation>图斑的坐标系有误，按影像的坐标系处理</translation>
    </message>
    <message>
        <source>to inspect</source>
        <translation>待检</translation>
    </message>
    <message>
        <source>type area, %</source>
        <translation>该类总面积，%</translation>
    </message>
    <message>
        <source>who has edited the errors</source>
        <translation>复核过错误的人</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>{count} errors carry the severity of an earlier score.</source>
        <translation>{count} 个图斑的错漏类别来自以前的评分。</translation>
    </message>
    <message>
        <source>{count} features without a valid type or outline do not count.</source>
        <translation>{count} 个要素没有有效的类型或轮廓，不计入。</translation>
    </message>
    <message>
        <source>{count} of {total} polygons lie beside the image</source>
        <translation>{total} 个图斑中有 {count} 个在影像之外</translation>
    </message>
    <message>
        <source>{count} units cannot come from a lot of {size}</source>
        <translation>批量为 {size}，不可能有 {count} 个单位成果</translation>
    </message>
    <message>
        <source>{done} of {total} reviewed</source>
        <translation>已复核 {done}/{total}</translation>
    </message>
    <message>
        <source>{done} of {total} seen</source>
        <translation>已查看 {done}/{total}</translation>
    </message>
    <message>
        <source>{found} is not one of {allowed}</source>
        <translation>{found} 不在可选值之列：{allowed}</translation>
    </message>
    <message>
        <source>{found} is not {format}, the format this program reads</source>
        <translation>{found} 不是本程序能读的格式 {format}</translation>
    </message>
    <message>
        <source>{grade}: from a score of</source>
        <translation>{grade}：得分不低于</translation>
    </message>
    <message>
        <source>{h} h {m} min</source>
        <translation>{h} 小时 {m} 分钟</translation>
    </message>
    <message>
        <source>{index} does not answer: look at the network and at the proxy in the options of QGIS, or choose another package index or an offline folder under Advanced.</source>
        <translation>{index} 没有响应：请检查网络和 QGIS 选项中的代理，或在“高级”中选择其他软件源或离线文件夹。</translation>
    </message>
    <message>
        <source>{index} has no {what} for Python {version}: choose another package index or another Python.</source>
        <translation>{index} 没有适用于 Python {version} 的 {what}：请选择其他软件源或其他 Python。</translation>
    </message>
    <message>
        <source>{index} is not encrypted, so pip does not trust it: use an address that begins with https://.</source>
        <translation>{index} 未加密，pip 不予信任：请使用以 https:// 开头的地址。</translation>
    </message>
    <message>
        <source>{index} refuses access: look at the address, user and password of the package index.</source>
        <translation>{index} 拒绝访问：请检查软件源的地址、用户名和密码。</translation>
    </message>
    <message>
        <source>{kind}; Python {python}; built on {date} by RSQI {version}.</source>
        <translation>{kind}；Python {python}；由 RSQI {version} 于 {date} 构建。</translation>
    </message>
    <message>
        <source>{name} (in use)</source>
        <translation>{name}（使用中）</translation>
    </message>
    <message>
        <source>{name} cannot be edited: it is read-only.</source>
        <translation>{name} 为只读，无法编辑。</translation>
    </message>
    <message>
        <source>{name} cannot be edited: it is read-only. Save a copy of it and review that.</source>
        <translation>{name} 为只读，无法编辑：请另存一份再复核。</translation>
    </message>
    <message>
        <source>{name} could not be saved, nothing was changed: {reason}</source>
        <translation>{name} 无法保存，未作任何更改：{reason}</translation>
    </message>
    <message>
        <source>{name} could not be saved; the edit stays on the map and is tried again: {reason}</source>
        <translation>{name} 无法保存；编辑保留在地图上，下次编辑时重试：{reason}</translation>
    </message>
    <message>
        <source>{name} has changed this error meanwhile: it was read again, please look once more.</source>
        <translation>{name} 刚修改了该图斑：已重新读取，请再查看一次。</translation>
    </message>
    <message>
        <source>{name} holds a reviewed result (verdicts: {count}).</source>
        <translation>{name} 含有已审核的结果（判定 {count} 个）。</translation>
    </message>
    <message>
        <source>{name} is not inspected: there is nothing to review yet.</source>
        <translation>{name} 尚未检查，没有可复核的内容。</translation>
    </message>
    <message>
        <source>{name}: errors</source>
        <translation>{name}：错误</translation>
    </message>
    <message>
        <source>{name}: errors so far</source>
        <translation>{name}：已发现的错误</translation>
    </message>
    <message>
        <source>{name}: {reason}; it is tried again.</source>
        <translation>{name}：{reason}；将重试。</translation>
    </message>
    <message>
        <source>{name}_record</source>
        <translation>{name}_检查记录</translation>
    </message>
    <message>
        <source>{name}_report</source>
        <translation>{name}_检查报告</translation>
    </message>
    <message>
        <source>{number} of {total}, {name}: {text}</source>
        <translation>第 {number}/{total} 幅，{name}：{text}</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} 分钟</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{n} steps</source>
        <translation>{n} 步</translation>
    </message>
    <message>
        <source>{output}: would overwrite {input}, which is read; choose another output</source>
        <translation>{output}：会覆盖要读取的 {input}；请另选输出</translation>
    </message>
    <message>
        <source>{output}: {other} would be written to the same place; give one of them another name</source>
        <translation>{output}：{other} 也会写到同一处；请给其中一个另起名称</translation>
    </message>
    <message>
        <source>{path} cannot be opened as an image.</source>
        <translation>{path} 无法作为影像打开。</translation>
    </message>
    <message>
        <source>{path} exists already; choose another folder</source>
        <translation>{path} 已存在，请另选文件夹</translation>
    </message>
    <message>
        <source>{path} is no result of RSQI: give a GeoPackage that an inspection wrote.</source>
        <translation>{path} 不是 RSQI 的结果：请给出检查所得的 GeoPackage。</translation>
    </message>
    <message>
        <source>{path}, by the settings or RSQI_PYTHON.</source>
        <translation>{path}，由设置或 RSQI_PYTHON 指定。</translation>
    </message>
    <message>
        <source>{path}, named by the settings or RSQI_PYTHON, does not exist or cannot be run. Correct it there, or set RSQI up here.</source>
        <translation>由设置或 RSQI_PYTHON 指定的 {path} 不存在或无法运行。请在原处更正，或在此安装 RSQI。</translation>
    </message>
    <message>
        <source>{path}: cannot write the scoring scheme ({reason}); check the folder</source>
        <translation>{path}：无法写入评分方案（{reason}），请检查文件夹</translation>
    </message>
    <message>
        <source>{path}: notes no valid pixel, so there is nothing to score; inspect the raster again</source>
        <translation>{path}：没有记录有效像素，无法评分；请重新检查该影像</translation>
    </message>
    <message>
        <source>{path}: its score mode is '{found}'; it must be one of {allowed}</source>
        <translation>{path}：评分方式为'{found}'；应为以下之一：{allowed}</translation>
    </message>
    <message>
        <source>{path}: error {number} has no type; give it one, or delete it</source>
        <translation>{path}：第 {number} 号图斑没有类型；请指定类型，或删除该图斑</translation>
    </message>
    <message>
        <source>{path}: exists and is no result of RSQI; choose another output</source>
        <translation>{path}：已存在且不是 RSQI 的结果；请另选输出</translation>
    </message>
    <message>
        <source>{path}: exists and is not as RSQI wrote it; choose another output, or allow to overwrite it</source>
        <translation>{path}：已存在且不是 RSQI 所写的原样；请另选输出，或允许覆盖</translation>
    </message>
    <message>
        <source>{path}: holds a reviewed result (verdicts: {count}); choose another output, or allow to overwrite it</source>
        <translation>{path}：含有已审核的结果（判定 {count} 个）；请另选输出，或允许覆盖</translation>
    </message>
    <message>
        <source>{path}: holds further layers ({layers}), which would be lost; choose another output</source>
        <translation>{path}：还含有其他图层（{layers}），会丢失；请另选输出</translation>
    </message>
    <message>
        <source>{path}: holds the result of another image ({raster}); choose another output, or allow to overwrite it</source>
        <translation>{path}：是另一幅影像（{raster}）的结果；请另选输出，或允许覆盖</translation>
    </message>
    <message>
        <source>{path}: its last edits lie in {journal}, which cannot be read here; copy both to where you may write</source>
        <translation>{path}：最近的编辑保存在 {journal} 中，在此处无法读取；请将两个文件一起复制到可写的文件夹</translation>
    </message>
    <message>
        <source>{path}: its raster {raster} is gone; put {name} beside it</source>
        <translation>{path}：找不到影像 {raster}；请将 {name} 放在该文件旁边</translation>
    </message>
    <message>
        <source>{path}: not used because unreviewed: {count} of {total} errors</source>
        <translation>{path}：{total} 处错误中有 {count} 处未复核，未采用</translation>
    </message>
    <message>
        <source>{path}: the name of this file or folder holds bytes that are no text; rename it</source>
        <translation>{path}：该文件或文件夹的名称含有不是文字的字节；请重命名</translation>
    </message>
    <message>
        <source>{path}: the second review cannot be written ({reason}); try again when no other program uses the file</source>
        <translation>{path}：二次检查无法写入（{reason}）；请待其他程序不再使用该文件时重试</translation>
    </message>
    <message>
        <source>{path}: the status of error {number} is '{found}'; it must be one of {allowed}</source>
        <translation>{path}：第 {number} 号图斑的状态为“{found}”；应为 {allowed} 之一</translation>
    </message>
    <message>
        <source>{path}: the type (category_id) of error {number} is {found}; it must be 1 to {count}</source>
        <translation>{path}：第 {number} 号图斑的类型（category_id）为 {found}；应为 1 至 {count}</translation>
    </message>
    <message>
        <source>{path}: this is a folder; choose another output</source>
        <translation>{path}：这是文件夹；请另选输出</translation>
    </message>
    <message>
        <source>{path}: this is a pipe or a device; choose another output</source>
        <translation>{path}：这是管道或设备；请另选输出</translation>
    </message>
    <message>
        <source>{path}: {count} features whose coordinates are no places on the ground are left out</source>
        <translation>{path}：{count} 个要素的坐标不是地面上的位置，已略去</translation>
    </message>
    <message>
        <source>{path}: {raster} is not the image that was inspected</source>
        <translation>{path}：{raster} 不是被检影像</translation>
    </message>
    <message>
        <source>{place} of {count}: {type}, probability {probability:.2f}, distance {distance:.1f}</source>
        <translation>第 {place} 个，共 {count} 个：{type}，概率 {probability:.2f}，距离 {distance:.1f}</translation>
    </message>
    <message>
        <source>{px:.1f} px, significance {significance:.1f}</source>
        <translation>{px:.1f} 像素，显著性 {significance:.1f}</translation>
    </message>
    <message>
        <source>{raster}: a second record of this raster; give only one of them</source>
        <translation>{raster}：该影像有两份成果，请只给一份</translation>
    </message>
    <message>
        <source>{raster}: blocks left out, touched by errors unreviewed or of unknown type: {count}</source>
        <translation>{raster}：因碰到未复核或类型不明的图斑而略去的图块：{count}</translation>
    </message>
    <message>
        <source>{share:.0%} of the image was looked at, evenly spread.</source>
        <translation>均匀抽取并检查了影像的 {share:.0%}。</translation>
    </message>
    <message>
        <source>{share:.3f} % of the valid area</source>
        <translation>占有效面积的 {share:.3f} %</translation>
    </message>
    <message>
        <source>{sides} px, overlap {overlap} %, sensitivity {sensitivity:g}: {purpose}</source>
        <translation>影像块 {sides} 像素，重叠 {overlap} %，灵敏度 {sensitivity:g}：{purpose}</translation>
    </message>
    <message>
        <source>{sides} px, overlap {overlap} %: {purpose}</source>
        <translation>影像块 {sides} 像素，重叠 {overlap} %：{purpose}</translation>
    </message>
    <message>
        <source>{size} px</source>
        <translation>{size} 像素</translation>
    </message>
    <message>
        <source>{source}: cannot read the scoring scheme ({reason}); check the path</source>
        <translation>{source}：无法读取评分方案（{reason}），请检查路径</translation>
    </message>
    <message>
        <source>{source}: scoring scheme, {key}: {problem}</source>
        <translation>{source}：评分方案的 {key}：{problem}</translation>
    </message>
    <message>
        <source>{source}: the scoring scheme is not valid JSON ({reason}); correct the file</source>
        <translation>{source}：评分方案不是有效的 JSON（{reason}），请改正该文件</translation>
    </message>
    <message>
        <source>{text}, lowest score: {score:.1f} ({name})</source>
        <translation>{text}，最低得分 {score:.1f}（{name}）</translation>
    </message>
    <message>
        <source>{text}, {shown} in the list, {hidden} hidden</source>
        <translation>{text}，列表中 {shown} 个，隐藏 {hidden} 个</translation>
    </message>
    <message>
        <source>{text}, {speed:.1f} Mpx/s</source>
        <translation>{text}，{speed:.1f} 百万像素/秒</translation>
    </message>
    <message>
        <source>{text}, {time} left</source>
        <translation>{text}，剩余 {time}</translation>
    </message>
    <message>
        <source>{text}; failed: {failed}</source>
        <translation>{text}；失败 {failed} 幅</translation>
    </message>
    <message>
        <source>{text}; hidden by the filters: {count}</source>
        <translation>{text}；被筛选隐藏 {count} 幅</translation>
    </message>
    <message>
        <source>{text}; nothing to inspect in: {count}</source>
        <translation>{text}；无内容可查 {count} 幅</translation>
    </message>
    <message>
        <source>{value} must be above {low}</source>
        <translation>{value} 应大于 {low}</translation>
    </message>
    <message>
        <source>{value} must be at least {low}</source>
        <translation>{value} 不应小于 {low}</translation>
    </message>
    <message>
        <source>{what} is no address of a package index: it begins with https://.</source>
        <translation>{what} 不是软件源地址：应以 https:// 开头。</translation>
    </message>
    <message>
        <source>The layer {name} lies in no GeoPackage: the verdicts are not kept.</source>
        <translation>图层 {name} 不在 GeoPackage 中，判定结果不会保存。</translation>
    </message>
    <message>
        <source>There is no Processing algorithm {id} here: is its plugin switched on?</source>
        <translation>此处没有处理算法 {id}：其插件是否已启用？</translation>
    </message>
    <message>
        <source>The Processing algorithm {id} cannot run in the background.</source>
        <translation>处理算法 {id} 不能在后台运行。</translation>
    </message>
    <message>
        <source>The layer {name} lies in no GeoPackage: this is printed, but not kept.</source>
        <translation>图层 {name} 不在 GeoPackage 中：可以打印，但不会保存。</translation>
    </message>
    <message>
        <source>{source}: cannot read the checklist ({reason}); check the path</source>
        <translation>{source}：无法读取检查清单（{reason}），请检查路径</translation>
    </message>
    <message>
        <source>{source}: the checklist is not valid JSON ({reason}); correct the file</source>
        <translation>{source}：检查清单不是有效的 JSON（{reason}），请改正文件</translation>
    </message>
    <message>
        <source>{path}: cannot write the checklist ({reason}); check the folder</source>
        <translation>{path}：无法写入检查清单（{reason}），请检查文件夹</translation>
    </message>
    <message>
        <source>{source}: checklist, {key}: {problem}</source>
        <translation>{source}：检查清单，{key}：{problem}</translation>
    </message>
    <message>
        <source>two items have this code</source>
        <translation>有两个检查项使用此代码</translation>
    </message>
    <message>
        <source>expected up to 40 small letters, digits and underscores</source>
        <translation>应为不超过 40 个小写字母、数字和下划线</translation>
    </message>
    <message>
        <source>expected a text in 'en' and one in 'zh'</source>
        <translation>“en”和“zh”都应有文字</translation>
    </message>
    <message>
        <source>expected an 'output' and one of {bounds}</source>
        <translation>应有“output”和 {bounds} 之一</translation>
    </message>
    <message>
        <source>{id} has given no {output}</source>
        <translation>{id} 没有给出 {output}</translation>
    </message>
    <message>
        <source>{output} of {id} is no number: {found}</source>
        <translation>{id} 的 {output} 不是数字：{found}</translation>
    </message>
    <message>
        <source>{path}: is no PNG or JPEG picture; save it as one of these</source>
        <translation>{path}：不是 PNG 或 JPEG 图片，请另存为其中一种</translation>
    </message>
    <message>
        <source>{path}: cannot read the picture ({reason}); check the path</source>
        <translation>{path}：无法读取图片（{reason}），请检查路径</translation>
    </message>
    <message>
        <source>{path}: the picture is larger than {limit} KiB; save it smaller</source>
        <translation>{path}：图片大于 {limit} KiB，请缩小后保存</translation>
    </message>
    <message>
        <source>{path}: the picture is damaged or not whole; save it again</source>
        <translation>{path}：图片损坏或不完整，请重新保存</translation>
    </message>
    <message>
        <source>{path}: the picture has {width} x {height} px, more than {limit} on a side; save it smaller</source>
        <translation>{path}：图片为 {width} x {height} 像素，边长超过 {limit}，请缩小后保存</translation>
    </message>
    <message>
        <source>{path}: its table {table} cannot be read ({reason}); check the file</source>
        <translation>{path}：无法读取表 {table}（{reason}），请检查文件</translation>
    </message>
    <message>
        <source>{path}: cannot store its table {table} ({reason}); end editing it elsewhere, see that it may be written</source>
        <translation>{path}：无法保存表 {table}（{reason}），请结束其他程序的编辑并确认文件可写</translation>
    </message>
    <message>
        <source>Map the evidence of an error</source>
        <translation>绘制错误的模型依据</translation>
    </message>
    <message>
        <source>Shows where in its block the model saw an error.</source>
        <translation>显示模型在影像块中何处看到错误。</translation>
    </message>
    <message>
        <source>Asks the model once more about the block in which an error was found, and maps where it saw the type of the error: an image of colour and opacity to lie over the inspected one, the brighter the surer. The image, its bands and the blocks are those that the GeoPackage of the inspection has noted.</source>
        <translation>就发现错误的影像块再次询问模型，绘出它在何处看到该类错误：一幅带颜色和不透明度的图，叠加在被检影像上，越亮越确信。影像、波段和影像块以检查所得 GeoPackage 的记录为准。</translation>
    </message>
    <message>
        <source>The layer has no error {number} with a type and an outline.</source>
        <translation>图层中没有编号为 {number} 且有类型和轮廓的错误。</translation>
    </message>
    <message>
        <source>The layer of errors in the GeoPackage of an inspection.</source>
        <translation>检查所得 GeoPackage 中的错误图层。</translation>
    </message>
    <message>
        <source>Its fid in the layer.</source>
        <translation>即图层中的 fid。</translation>
    </message>
    <message>
        <source>Which model is asked for its evidence.</source>
        <translation>向哪个模型询问依据。</translation>
    </message>
    <message>
        <source>What computes.</source>
        <translation>用什么计算。</translation>
    </message>
    <message>
        <source>A GeoTIFF of red, green, blue and opacity.</source>
        <translation>含红、绿、蓝和不透明度的 GeoTIFF。</translation>
    </message>
    <message>
        <source>Number of the error</source>
        <translation>错误编号</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>模型依据</translation>
    </message>
    <message>
        <source>Probability in the block</source>
        <translation>影像块中的概率</translation>
    </message>
    <message>
        <source>Side of the block (px)</source>
        <translation>影像块边长（像素）</translation>
    </message>
    <message>
        <source>The errors lie in no GeoPackage of an inspection.</source>
        <translation>错误图层不在检查所得的 GeoPackage 中。</translation>
    </message>
    <message>
        <source>{name}: probability {value:.2f} in its block of {side} px.</source>
        <translation>{name}：在 {side} 像素影像块中的概率为 {value:.2f}。</translation>
    </message>
    <message>
        <source>Show where the model saw the main errors</source>
        <translation>显示主要错误的模型依据</translation>
    </message>
    <message>
        <source>Asks the model again and shows its evidence below the main errors.</source>
        <translation>再次询问模型，并在主要错误下方显示其依据。</translation>
    </message>
    <message>
        <source>Station</source>
        <translation>检验单位</translation>
    </message>
    <message>
        <source>Who inspects; printed over the title.</source>
        <translation>由谁检查，印在标题上方。</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>委托单位</translation>
    </message>
    <message>
        <source>For whom the image was inspected.</source>
        <translation>为谁检查。</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>The project that the image belongs to.</source>
        <translation>影像所属的项目。</translation>
    </message>
    <message>
        <source>Sheet number</source>
        <translation>图幅号</translation>
    </message>
    <message>
        <source>Number of the map sheet.</source>
        <translation>地图图幅的编号。</translation>
    </message>
    <message>
        <source>Instrument of acceptance</source>
        <translation>验收依据</translation>
    </message>
    <message>
        <source>Contract, order or standard.</source>
        <translation>合同、任务书或标准。</translation>
    </message>
    <message>
        <source>Logo</source>
        <translation>徽标</translation>
    </message>
    <message>
        <source>Signature</source>
        <translation>签名</translation>
    </message>
    <message>
        <source>Empty means what the GeoPackage holds.</source>
        <translation>留空则取 GeoPackage 中的内容。</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg)</source>
        <translation>图片 (*.png *.jpg *.jpeg)</translation>
    </message>
    <message>
        <source>PNG or JPEG.</source>
        <translation>PNG 或 JPEG。</translation>
    </message>
    <message>
        <source>PNG or JPEG</source>
        <translation>PNG 或 JPEG</translation>
    </message>
    <message>
        <source>Evidence: {name} {value:.2f}</source>
        <translation>模型依据：{name} {value:.2f}</translation>
    </message>
    <message>
        <source>The map of the evidence cannot be opened.</source>
        <translation>无法打开模型依据图。</translation>
    </message>
    <message>
        <source>Why: show where in its block the model saw it</source>
        <translation>为什么：显示模型在影像块中何处看到它</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>人工检查</translation>
    </message>
    <message>
        <source>Defects that a person has found by the checklist</source>
        <translation>人工按清单检查发现的缺陷</translation>
    </message>
    <message>
        <source>An A defect of the checklist rejects the image: {type}.</source>
        <translation>检查清单中有 A 类缺陷，影像不合格：{type}。</translation>
    </message>
    <message>
        <source>Items of the checklist not judged yet: {count}.</source>
        <translation>检查清单中尚未判定的项：{count}。</translation>
    </message>
    <message>
        <source>Item of the checklist</source>
        <translation>检查清单的项</translation>
    </message>
    <message>
        <source>the same words if left empty</source>
        <translation>留空则用相同文字</translation>
    </message>
    <message>
        <source>Parameters as JSON; @raster, @errors and @geopackage stand for the image, the layer and its file.</source>
        <translation>JSON 格式的参数；@raster、@errors 和 @geopackage 代表影像、图层及其文件。</translation>
    </message>
    <message>
        <source>In English</source>
        <translation>英文</translation>
    </message>
    <message>
        <source>In Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>Quality element</source>
        <translation>质量元素</translation>
    </message>
    <message>
        <source>Class of a defect</source>
        <translation>错漏类别</translation>
    </message>
    <message>
        <source>Processing algorithm</source>
        <translation>处理算法</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Met if</source>
        <translation>符合条件</translation>
    </message>
    <message>
        <source>A result and one of {bounds}; empty: the item is met if the algorithm ends well.</source>
        <translation>一个结果和 {bounds} 之一；留空则算法正常结束即为符合。</translation>
    </message>
    <message>
        <source>This cannot be taken: {reason}</source>
        <translation>无法采用：{reason}</translation>
    </message>
    <message>
        <source>The image in words</source>
        <translation>文字描述</translation>
    </message>
    <message>
        <source>Number of defects</source>
        <translation>缺陷个数</translation>
    </message>
    <message>
        <source>Run check</source>
        <translation>运行检查</translation>
    </message>
    <message>
        <source>Met</source>
        <translation>符合</translation>
    </message>
    <message>
        <source>The item is met</source>
        <translation>该项符合</translation>
    </message>
    <message>
        <source>n/a</source>
        <translation>不适用</translation>
    </message>
    <message>
        <source>The item does not apply to this image</source>
        <translation>该项不适用于本影像</translation>
    </message>
    <message>
        <source>Choose an item to judge it.</source>
        <translation>选择一项进行判定。</translation>
    </message>
    <message>
        <source>A defect of class {severity}</source>
        <translation>{severity} 类缺陷</translation>
    </message>
    <message>
        <source>Take the picture away</source>
        <translation>去掉图片</translation>
    </message>
    <message>
        <source>Acceptance by</source>
        <translation>验收依据</translation>
    </message>
    <message>
        <source>The instrument of acceptance: contract, order or standard under which the image is accepted.</source>
        <translation>影像据以验收的合同、任务书或标准。</translation>
    </message>
    <message>
        <source>Choose the logo</source>
        <translation>选择徽标</translation>
    </message>
    <message>
        <source>Choose the signature</source>
        <translation>选择签名</translation>
    </message>
    <message>
        <source>Give up the list as it was edited for this scheme? Verdicts are kept.</source>
        <translation>放弃为本方案编辑过的清单吗？判定结果会保留。</translation>
    </message>
    <message>
        <source>Edit the list</source>
        <translation>编辑清单</translation>
    </message>
    <message>
        <source>Add, change and remove items of the checklist</source>
        <translation>增加、修改和删除清单中的检查项</translation>
    </message>
    <message>
        <source>Add an item...</source>
        <translation>添加项...</translation>
    </message>
    <message>
        <source>Edit the item...</source>
        <translation>编辑该项...</translation>
    </message>
    <message>
        <source>Remove the item</source>
        <translation>删除该项</translation>
    </message>
    <message>
        <source>Back to the list of RSQI</source>
        <translation>恢复 RSQI 的清单</translation>
    </message>
    <message>
        <source>it has ended without a result</source>
        <translation>没有得到结果就结束了</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>检查项</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>An item with a verdict stays: take the verdict back first.</source>
        <translation>已有判定的项不能删除：请先撤销判定。</translation>
    </message>
    <message>
        <source>Running {id}...</source>
        <translation>正在运行 {id}...</translation>
    </message>
    <message>
        <source>The check could not be made: {reason}</source>
        <translation>无法完成检查：{reason}</translation>
    </message>
    <message>
        <source>The image was inspected with another model than the one whose evidence is shown.</source>
        <translation>显示依据的模型不是检查该影像的模型。</translation>
    </message>
    <message>
        <source>This model does not say where in a block it sees an error.</source>
        <translation>该模型不能说明在影像块中何处看到错误。</translation>
    </message>
    <message>
        <source>This environment has no DirectML: set it up for an AMD, Intel or other GPU in the options of RSQI, or choose the processor as device.</source>
        <translation>此环境不支持 DirectML：请在 RSQI 选项中为 AMD、Intel 等显卡重新搭建，或选择处理器作为计算设备。</translation>
    </message>
    <message>
        <source>Models of Hugging Face cannot use DirectML: choose 'Automatic' as device.</source>
        <translation>Hugging Face 模型不能使用 DirectML：请选择“自动”作为计算设备。</translation>
    </message>
    <message>
        <source>{path}: a model of Hugging Face needs PyTorch, which this environment lacks ({reason}): repair it in the options of RSQI with 'Also for training' ticked.</source>
        <translation>{path}：Hugging Face 模型需要 PyTorch，此环境中没有（{reason}）：请在 RSQI 选项中勾选“也用于训练”后修复。</translation>
    </message>
    <message>
        <source>This environment lacks {names}: repair it in the options of RSQI with 'Also for training' ticked.</source>
        <translation>此环境缺少 {names}：请在 RSQI 选项中勾选“也用于训练”后修复。</translation>
    </message>
    <message>
        <source>Draw by lot</source>
        <translation>抽取</translation>
    </message>
    <message>
        <source>Input side (models that take words)</source>
        <translation>输入端（由文字提示的模型）</translation>
    </message>
    <message>
        <source>Looking through the image: block {done} of {total}</source>
        <translation>正在查找影像：第 {done} 块，共 {total} 块</translation>
    </message>
    <message>
        <source>Ask about an image</source>
        <translation>提问影像</translation>
    </message>
    <message>
        <source>Answers a question about an inspected image.</source>
        <translation>回答关于已检查影像的问题。</translation>
    </message>
    <message>
        <source>Answers questions in Chinese or English from what an inspection has measured: types, counts, areas, places, the worst errors, the score and why it is so. What was not measured is answered by a model that answers questions about pictures, if the folder of one is given; such an answer is marked as a model's words.</source>
        <translation>用检查的测量结果回答中文或英文问题：类型、数量、面积、位置、最严重的错误、得分及其原因。未测量的内容由能回答图像问题的模型回答（需给出其文件夹），这类回答会注明出自模型。</translation>
    </message>
    <message>
        <source>Such as: How many clouds are there? The answer comes in the language of the question.</source>
        <translation>例如：云有几处？用提问的语言回答。</translation>
    </message>
    <message>
        <source>The folder of a BLIP model for questions, or of another model that answers in words.</source>
        <translation>BLIP 问答模型或其他能用文字回答的模型的文件夹。</translation>
    </message>
    <message>
        <source>Said by the model {name}, not measured: {text}</source>
        <translation>模型 {name} 的回答，未经测量：{text}</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Model folder</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Numbers of the errors that it speaks of</source>
        <translation>所涉及错误的编号</translation>
    </message>
    <message>
        <source>Where the answer comes from</source>
        <translation>回答的来源</translation>
    </message>
    <message>
        <source>Find by words</source>
        <translation>按文字查找</translation>
    </message>
    <message>
        <source>Finds by words what the ten types do not cover.</source>
        <translation>用文字查找十种类型之外的内容。</translation>
    </message>
    <message>
        <source>Looks for any phrase over a whole image, such as smoke, flooding or sun glint, with a model that takes words: CLIPSeg or GroupViT outline places, CLIP or SigLIP give whole blocks a score. RSQI comes with no such model: give the folder of one in the form of Hugging Face, with safetensors.

The places are a layer with a score from 0 to 1; the heat map has the score of every pixel.</source>
        <translation>在整幅影像中查找任意文字描述的内容，如烟、洪水、太阳耀斑，由文字提示的模型完成：CLIPSeg 或 GroupViT 勾画范围，CLIP 或 SigLIP 给整块打分。RSQI 不自带此类模型：请给出 Hugging Face 格式（safetensors）的模型文件夹。

找到的位置成为一个图层，分值为 0 到 1；热力图为每个像素的分值。</translation>
    </message>
    <message>
        <source>The image to look through: a file.</source>
        <translation>要查找的影像：须为文件。</translation>
    </message>
    <message>
        <source>What to look for, in the language of the model; several ways to say it are set apart by semicolons.</source>
        <translation>要查找的内容，用模型所懂的语言；同一内容的多种说法用分号隔开。</translation>
    </message>
    <message>
        <source>The folder of a CLIPSeg, GroupViT, CLIP or SigLIP model.</source>
        <translation>CLIPSeg、GroupViT、CLIP 或 SigLIP 模型的文件夹。</translation>
    </message>
    <message>
        <source>Score from which a pixel belongs to a place.</source>
        <translation>像素达到该分值才算入。</translation>
    </message>
    <message>
        <source>Only this part of the image; empty means all of it.</source>
        <translation>只查找影像的这一部分；留空为全部。</translation>
    </message>
    <message>
        <source>What the model sees at a time; with CLIP and SigLIP smaller blocks place better what is found.</source>
        <translation>模型每次看到的范围；使用 CLIP 和 SigLIP 时，块越小位置越准。</translation>
    </message>
    <message>
        <source>Smaller places are left out.</source>
        <translation>更小的位置不计。</translation>
    </message>
    <message>
        <source>A GeoPackage with a polygon and a score for each place.</source>
        <translation>GeoPackage，每个位置一个多边形及其分值。</translation>
    </message>
    <message>
        <source>A GeoTIFF with the score of every pixel.</source>
        <translation>GeoTIFF，每个像素的分值。</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>Least score</source>
        <translation>最低分值</translation>
    </message>
    <message>
        <source>Extent to look through</source>
        <translation>查找范围</translation>
    </message>
    <message>
        <source>Side of a block (px)</source>
        <translation>块边长（像素）</translation>
    </message>
    <message>
        <source>Smallest place (px)</source>
        <translation>最小位置（像素）</translation>
    </message>
    <message>
        <source>Found places</source>
        <translation>找到的位置</translation>
    </message>
    <message>
        <source>Number of places</source>
        <translation>位置个数</translation>
    </message>
    <message>
        <source>Best score</source>
        <translation>最高分值</translation>
    </message>
    <message>
        <source>The layer is no file: save it as an image first.</source>
        <translation>该图层不是文件：请先另存为影像。</translation>
    </message>
    <message>
        <source>Places found: {count}</source>
        <translation>找到 {count} 处</translation>
    </message>
    <message>
        <source>Let the name of {path} end in .gpkg.</source>
        <translation>{path} 的文件名须以 .gpkg 结尾。</translation>
    </message>
    <message>
        <source>Find and ask</source>
        <translation>查找与提问</translation>
    </message>
    <message>
        <source>There is no layer of errors to take it into: inspect the image, or choose one.</source>
        <translation>没有可加入的错误图层：请先检查影像，或选择一个图层。</translation>
    </message>
    <message>
        <source>The layer of errors cannot hold a place of several parts.</source>
        <translation>错误图层不能保存由多个部分组成的位置。</translation>
    </message>
    <message>
        <source>Take a found place</source>
        <translation>加入找到的位置</translation>
    </message>
    <message>
        <source>This was not measured: the model is asked...</source>
        <translation>没有相应的测量结果：正在询问模型……</translation>
    </message>
    <message>
        <source>How many clouds are there?</source>
        <translation>云有几处？</translation>
    </message>
    <message>
        <source>About types, counts, areas, places, the worst errors, the score and why.</source>
        <translation>可问类型、数量、面积、位置、最严重的错误、得分及原因。</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>提问</translation>
    </message>
    <message>
        <source>The folder of a model that answers what was not measured; empty: none.</source>
        <translation>回答未测量内容的模型的文件夹；留空则不用。</translation>
    </message>
    <message>
        <source>There is no inspected image to ask about.</source>
        <translation>没有已检查的影像可提问。</translation>
    </message>
    <message>
        <source>Choose an image.</source>
        <translation>请选择影像。</translation>
    </message>
    <message>
        <source>Say in words what to look for, such as: smoke over a field.</source>
        <translation>请用文字说明要找什么，例如：smoke over a field（田野上的烟）。</translation>
    </message>
    <message>
        <source>Choose the folder of a CLIPSeg, GroupViT, CLIP or SigLIP model: RSQI comes with none.</source>
        <translation>请选择 CLIPSeg、GroupViT、CLIP 或 SigLIP 模型的文件夹：RSQI 不自带此类模型。</translation>
    </message>
    <message>
        <source>Nothing reaches the score: see the heat map, or lower it.</source>
        <translation>没有达到该分值的位置：请看热力图，或降低分值。</translation>
    </message>
    <message>
        <source>In the language of the model; several ways to say it are set apart by semicolons.</source>
        <translation>用模型所懂的语言；同一内容的多种说法用分号隔开。</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Places found: {count}, the best score {best:.2f}</source>
        <translation>找到 {count} 处，最高分值 {best:.2f}</translation>
    </message>
    <message>
        <source>Found: {phrase}</source>
        <translation>找到：{phrase}</translation>
    </message>
    <message>
        <source>Heat map: {phrase}</source>
        <translation>热力图：{phrase}</translation>
    </message>
    <message>
        <source>What was found cannot be opened: {path}</source>
        <translation>无法打开查找结果：{path}</translation>
    </message>
    <message>
        <source>The type that a place is taken as</source>
        <translation>加入时的错误类型</translation>
    </message>
    <message>
        <source>Adds the place to the layer under review, where it can be undone.</source>
        <translation>把该位置加入正在审核的图层，可在那里撤销。</translation>
    </message>
    <message>
        <source>Take as an error ({key})</source>
        <translation>加入为错误（{key}）</translation>
    </message>
    <message>
        <source>Taken as error {fid}.</source>
        <translation>已加入为错误 {fid}。</translation>
    </message>
    <message>
        <source>Ask about the inspected image</source>
        <translation>提问已检查的影像</translation>
    </message>
    <message>
        <source>Looking at clean images: block {done} of {total}</source>
        <translation>正在查看正常影像：第 {done} / {total} 块</translation>
    </message>
    <message>
        <source>Choosing what to remember: patch {done} of {total}</source>
        <translation>正在选择要记忆的图块：第 {done} / {total} 个</translation>
    </message>
    <message>
        <source>Remember clean images</source>
        <translation>记忆正常影像</translation>
    </message>
    <message>
        <source>Remembers what clean images look like, so that an inspection can mark what is unlike them.</source>
        <translation>记忆正常影像的样子，使检查能够标出与之不相似的位置。</translation>
    </message>
    <message>
        <source>Looks at a folder of images without errors and keeps a few thousand patches of them in one small file. Given to 'Inspect image', it marks what is unlike all of them in a layer of its own, whatever it is: errors of a kind that nobody has named. These places are ranked and never part of the score, until a person takes one as an error of a type.

Take images of the station's own kind: same sensor, same ground, same season. A memory belongs to the model that it was made with.</source>
        <translation>查看一个无错误影像的文件夹，将其中数千个图块保存到一个小文件。交给“检查影像”后，凡与这些图块都不相似的位置会标在单独的图层中，不论是什么：即尚无名称的错误。这些位置按异常程度排序，不计入得分，直到人员将其判定为某类错误。

请选用本站自己的影像：相同传感器、相同地物、相同季节。记忆只适用于生成它的模型。</translation>
    </message>
    <message>
        <source>Searched with all folders in it; every image in it must be free of errors.</source>
        <translation>连同其中所有子文件夹一起查找；其中每幅影像都应无错误。</translation>
    </message>
    <message>
        <source>'default', or the folder of the model that inspections with the memory will use.</source>
        <translation>“default”，或使用该记忆检查时所用模型的文件夹。</translation>
    </message>
    <message>
        <source>More take more time in every inspection and tell little more.</source>
        <translation>数量越多，每次检查越慢，而结果改善很少。</translation>
    </message>
    <message>
        <source>Replaces a file that is no memory.</source>
        <translation>替换不是记忆的文件。</translation>
    </message>
    <message>
        <source>The file that 'Inspect image' takes.</source>
        <translation>供“检查影像”使用的文件。</translation>
    </message>
    <message>
        <source>Folder of clean images</source>
        <translation>正常影像文件夹</translation>
    </message>
    <message>
        <source>Patches to keep</source>
        <translation>保留的图块数</translation>
    </message>
    <message>
        <source>Memory of clean images</source>
        <translation>正常影像记忆</translation>
    </message>
    <message>
        <source>Memories (*.safetensors)</source>
        <translation>记忆 (*.safetensors)</translation>
    </message>
    <message>
        <source>Number of images</source>
        <translation>影像数</translation>
    </message>
    <message>
        <source>{patches} patches of {images} images: {path}</source>
        <translation>{images} 幅影像的 {patches} 个图块：{path}</translation>
    </message>
    <message>
        <source>Let the name of {path} end in .safetensors.</source>
        <translation>{path} 的文件名须以 .safetensors 结尾。</translation>
    </message>
    <message>
        <source>A file that 'Remember clean images' wrote with the same model: what is unlike all of them is marked in a layer of its own, which is never part of the score.</source>
        <translation>“记忆正常影像”用同一模型生成的文件：与其都不相似的位置标在单独的图层中，不计入得分。</translation>
    </message>
    <message>
        <source>With a memory of clean images: how unusual each pixel is, from 0 to 1.</source>
        <translation>配合正常影像记忆：每个像素的异常度，0 至 1。</translation>
    </message>
    <message>
        <source>Heat map of the unusual</source>
        <translation>异常热力图</translation>
    </message>
    <message>
        <source>A heat map of the unusual needs a memory of clean images.</source>
        <translation>异常热力图需要正常影像记忆。</translation>
    </message>
    <message>
        <source>Unusual places</source>
        <translation>异常位置</translation>
    </message>
    <message>
        <source>Unusual place</source>
        <translation>异常位置</translation>
    </message>
    <message>
        <source>Unusual places of the inspected image</source>
        <translation>所检影像的异常位置</translation>
    </message>
    <message>
        <source>By column</source>
        <translation>按列排序</translation>
    </message>
    <message>
        <source>In the order of the column whose title is clicked.</source>
        <translation>按所点列标题的顺序排列。</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>最差优先</translation>
    </message>
    <message>
        <source>What costs most comes first.</source>
        <translation>扣分最多的排在最前。</translation>
    </message>
    <message>
        <source>Most gain</source>
        <translation>收益优先</translation>
    </message>
    <message>
        <source>Where a look is worth most: uncertainty times area times deduction. What is judged comes last.</source>
        <translation>最值得查看的排在最前：不确定性 × 面积 × 扣分；已复核的排在最后。</translation>
    </message>
    <message>
        <source>Which error comes next</source>
        <translation>接下来复核哪个错误</translation>
    </message>
    <message>
        <source>Fit thresholds to verdicts</source>
        <translation>按复核结论拟合阈值</translation>
    </message>
    <message>
        <source>Fits a model's thresholds to what people have accepted and rejected.</source>
        <translation>按人工确认与判为误检的结果拟合模型的阈值。</translation>
    </message>
    <message>
        <source>Takes reviewed results with at least 30 verdicts and fits per type from which probability on the model marks a block: higher where marks of little probability were rejected, lower where people have drawn what it had just missed. A threshold moves within bounds, and only where that is better for verdicts that it was not fitted to. The model with new thresholds goes into a folder of its own; the old one stays as it is.</source>
        <translation>取至少 30 条复核结论，逐类型拟合模型从多大概率起标记分块：低概率的标记多被判为误检时提高，人工补画了模型险些漏掉的错误时降低。阈值只在限定范围内变动，并且只有对未参与拟合的结论更好时才变动。带新阈值的模型写入单独的文件夹，旧模型保持不变。</translation>
    </message>
    <message>
        <source>The model that has found the errors: 'default', or a model folder.</source>
        <translation>找出这些错误的模型：'default' 或模型文件夹。</translation>
    </message>
    <message>
        <source>Number of thresholds that are new</source>
        <translation>新阈值的个数</translation>
    </message>
    <message>
        <source>Thresholds before and after as JSON</source>
        <translation>拟合前后的阈值（JSON）</translation>
    </message>
    <message>
        <source>{type}: {before:.3f} before, {after:.3f} now</source>
        <translation>{type}：原为 {before:.3f}，现为 {after:.3f}</translation>
    </message>
    <message>
        <source>Reading verdicts: result {done} of {total}</source>
        <translation>正在读取复核结论：第 {done} 个成果，共 {total} 个</translation>
    </message>
    <message>
        <source>{path}: was inspected with {name}, not with the model whose thresholds are to be fitted</source>
        <translation>{path}：由 {name} 检查，而不是要拟合阈值的模型</translation>
    </message>
    <message>
        <source>Only {count} verdicts, at least {least} are needed to fit thresholds: review more errors.</source>
        <translation>只有 {count} 条复核结论，拟合阈值至少需要 {least} 条：请复核更多错误。</translation>
    </message>
    <message>
        <source>The model in use has no thresholds that could be fitted.</source>
        <translation>当前使用的模型没有可拟合的阈值。</translation>
    </message>
    <message>
        <source>{count} verdicts in the layers of this project: enough to fit the thresholds to them.</source>
        <translation>本工程图层中有 {count} 条复核结论：足以据此拟合阈值。</translation>
    </message>
    <message>
        <source>{count} verdicts in the layers of this project; from {least} on, thresholds can be fitted.</source>
        <translation>本工程图层中有 {count} 条复核结论；达到 {least} 条后可拟合阈值。</translation>
    </message>
    <message>
        <source>Real</source>
        <translation>属实</translation>
    </message>
    <message>
        <source>Errors that are real, of all that were judged.</source>
        <translation>已复核的错误中属实的个数。</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>原阈值</translation>
    </message>
    <message>
        <source>Probability from which a block is marked.</source>
        <translation>从此概率起标记分块。</translation>
    </message>
    <message>
        <source>After</source>
        <translation>新阈值</translation>
    </message>
    <message>
        <source>The same, fitted to the verdicts; '=' if it stays.</source>
        <translation>按复核结论拟合后的值；“=” 表示不变。</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>减少</translation>
    </message>
    <message>
        <source>Rejected errors / real errors that would no longer be marked.</source>
        <translation>将不再标记的：误检 / 属实的错误。</translation>
    </message>
    <message>
        <source>Fit thresholds</source>
        <translation>拟合阈值</translation>
    </message>
    <message>
        <source>Shows them before and after; nothing changes yet.</source>
        <translation>显示拟合前后的阈值；暂不改变任何设置。</translation>
    </message>
    <message>
        <source>Use them</source>
        <translation>采用</translation>
    </message>
    <message>
        <source>Inspections take these thresholds from now on.</source>
        <translation>此后检查采用这些阈值。</translation>
    </message>
    <message>
        <source>Inspections take the thresholds from before again.</source>
        <translation>检查重新采用原来的阈值。</translation>
    </message>
    <message>
        <source>Fitted to the verdicts.</source>
        <translation>已按复核结论拟合。</translation>
    </message>
    <message>
        <source>Too few verdicts of this type: its threshold stays.</source>
        <translation>该类型的结论太少：阈值不变。</translation>
    </message>
    <message>
        <source>No other threshold is better for these verdicts.</source>
        <translation>对这些结论没有更好的阈值。</translation>
    </message>
    <message>
        <source>No other thresholds are better for these verdicts: all stay.</source>
        <translation>对这些结论没有更好的阈值：全部保持不变。</translation>
    </message>
    <message>
        <source>Thresholds that fit the verdicts are ready: look at the table, then use them.</source>
        <translation>已按复核结论拟合出阈值：请查看表格，然后采用。</translation>
    </message>
    <message>
        <source>2  Thresholds</source>
        <translation>2  阈值</translation>
    </message>
</context>
</TS>
